/** The values of one figure since the page was opened, and their picture as a sparkline. */

/** `atMs` is on the page's monotonic clock; `value` null where there was nothing to measure. */
export interface Sample {
  atMs: number;
  value: number | null;
}

/** How much of the past a sparkline shows at most. */
export const SERIES_WINDOW_MS = 120_000;

/** How much time a sparkline spans at least, so that two samples do not fill it. */
const SHORTEST_SPAN_MS = 30_000;

/** Two samples further apart than this are not joined: nobody knows what happened between. */
const GAP_MS = 5_000;

/** `series` (oldest first) with `sample` at its end, less what fell out of the window. */
export function withSample(series: readonly Sample[], sample: Sample): Sample[] {
  const oldestMs = sample.atMs - SERIES_WINDOW_MS;
  return [...series.filter((one) => one.atMs >= oldestMs), sample];
}

export interface SparklineBox {
  width: number;
  height: number;
}

export interface SparklinePaths {
  /** The line, in SVG path syntax; empty where there is nothing to draw. */
  line: string;
  /** The same, closed along the bottom edge. */
  area: string;
}

/**
 * The series as SVG paths: left edge = the oldest sample, right edge = the newest (or half a minute
 * after the oldest, while the series is shorter than that), bottom = 0, top = the largest value (so a flat zero lies on the bottom edge). Gaps and nulls break it.
 */
export function sparklinePaths(series: readonly Sample[], box: SparklineBox): SparklinePaths {
  const oldestMs = series[0]?.atMs ?? 0;
  const spanMs = Math.max(SHORTEST_SPAN_MS, (series.at(-1)?.atMs ?? 0) - oldestMs);
  const top = Math.max(0, ...series.map((one) => one.value ?? 0)) || 1;
  const x = (atMs: number) => round((box.width * (atMs - oldestMs)) / spanMs);
  const y = (value: number) => round(box.height * (1 - value / top));
  const runs = runsOf(series).filter((run) => run.length > 1);
  const points = runs.map((run) => run.map((one) => `${x(one.atMs)} ${y(one.value)}`));
  const line = points.map((run) => `M${run.join('L')}`);
  const area = points.map((run, index) => {
    const [firstX, lastX] = [x(runs[index]?.at(0)?.atMs ?? 0), x(runs[index]?.at(-1)?.atMs ?? 0)];
    return `M${firstX} ${box.height}L${run.join('L')}L${lastX} ${box.height}Z`;
  });
  return { line: line.join(''), area: area.join('') };
}

interface MeasuredSample {
  atMs: number;
  value: number;
}

/** Stretches of samples that belong together. */
function runsOf(series: readonly Sample[]): MeasuredSample[][] {
  const runs: MeasuredSample[][] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, value } of series) {
    if (value === null) {
      lastMs = Number.NEGATIVE_INFINITY;
      continue;
    }
    if (atMs - lastMs > GAP_MS) runs.push([]);
    runs.at(-1)?.push({ atMs, value });
    lastMs = atMs;
  }
  return runs;
}

function round(coordinate: number): number {
  return Math.round(coordinate * 10) / 10;
}

/**
 * How fast a replica is, learned from its engine's counters: the time of its steps is
 *
 *     a per step + b per stream that decodes in it + c per prompt token
 *
 * so a stream among n gets a token every a + b·n milliseconds, and a prompt token costs c. The
 * three are fitted by least squares to what happened between two heartbeats; older heartbeats fade,
 * and what is usual weighs as much as a little work, so that it holds until something is known.
 * All controllers see the same counters. Pure.
 */
import type { EngineStats } from '@corral/contracts';

/** Milliseconds: of a step, of a stream in it, of a prompt token; between a laptop and a server. */
const USUAL: Vector = [20, 1, 1];
/** How much work the usual weighs as: steps, tokens, prompt tokens. */
const USUAL_WORK: Vector = [5, 20, 100];
/** What a heartbeat's work still counts at the next: the last minute or so is what matters. */
const KEPT = 0.95;
/** No cost can be nothing or less, whatever the noise. */
const LEAST_SHARE = 0.001;

type Vector = [number, number, number];
type Matrix = [Vector, Vector, Vector];

export class ReplicaSpeed {
  /** Milliseconds of a step in which nothing but one stream decodes, less {@link perStreamMs}. */
  stepMs = USUAL[0];
  perStreamMs = USUAL[1];
  perPromptTokenMs = USUAL[2];

  private last: EngineStats | null = null;
  /** Sums of products of the work, and of the work with its time. */
  private work: Matrix = zero();
  private time: Vector = [0, 0, 0];

  /** @param stats the engine's counters; null: it has none yet */
  observe(stats: EngineStats | null): void {
    const { last } = this;
    if (stats === last) return;
    this.last = stats;
    if (stats === null || last === null || stats.steps <= last.steps) return;
    const work: Vector = [
      stats.steps - last.steps,
      stats.decodedTokens - last.decodedTokens,
      stats.prefillTokens - last.prefillTokens,
    ];
    this.learn(work, stats.decodeMs - last.decodeMs);
  }

  private learn(work: Vector, ms: number): void {
    for (const row of [0, 1, 2] as const) {
      for (const column of [0, 1, 2] as const) {
        this.work[row][column] = this.work[row][column] * KEPT + work[row] * work[column];
      }
      this.time[row] = this.time[row] * KEPT + work[row] * ms;
    }
    const fitted = this.fit();
    [this.stepMs, this.perStreamMs, this.perPromptTokenMs] = fitted;
  }

  /** Ridge regression around the usual, then held above zero. */
  private fit(): Vector {
    const left = zero();
    const right: Vector = [...this.time];
    for (const row of [0, 1, 2] as const) {
      left[row] = [...this.work[row]];
      const weight = USUAL_WORK[row] ** 2;
      left[row][row] += weight;
      right[row] += weight * USUAL[row];
    }
    const solution = solve(left, right);
    return [0, 1, 2].map((n) =>
      Math.max(solution[n] ?? 0, (USUAL[n] ?? 0) * LEAST_SHARE),
    ) as Vector;
  }
}

function zero(): Matrix {
  return [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
}

/** Cramer's rule; the matrix is positive definite, since the usual is in it. */
function solve(matrix: Matrix, right: Vector): Vector {
  const whole = determinant(matrix);
  return ([0, 1, 2] as const).map((column) => {
    const replaced = matrix.map((row, at) => {
      const copy: Vector = [...row];
      copy[column] = right[at] ?? 0;
      return copy;
    }) as Matrix;
    return determinant(replaced) / whole;
  }) as Vector;
}

function determinant([[a, b, c], [d, e, f], [g, h, i]]: Matrix): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

/**
 * What decoding several sequences in one pass costs on this machine, with this model. Pure.
 *
 * Usually one pass over the weights for n sequences is far cheaper than n passes. Not always: for
 * some weight types the CPU kernels for a handful of columns are so much slower than the one for a
 * single column that two streams decode twice as fast one after the other. No rule tells which, so
 * the engine measures at start-up and decides by that.
 */

/** Milliseconds of one decode by the number of sequences in it, each with one token. */
export type MeasuredPasses = ReadonlyMap<number, number>;

/** One pass each must be this much cheaper before a batch is split: measurements are noisy. */
const SPLIT_MARGIN = 0.85;
/** A gap between sequences is never filled with more throw-away tokens than this. */
const MAX_FILLED_GAP = 4;
/** Filling costs grow with the batch, which the measurement of small ones does not show. */
const FILL_MARGIN = 0.5;

export class PassCosts {
  /** Nothing measured (a GPU): one pass for all, and gaps are filled. */
  static readonly UNMEASURED = new PassCosts(new Map());

  /** Idle sequences between two running ones that are better decoded along than left out. */
  readonly maxFilledGap: number;
  private readonly points: readonly (readonly [sequences: number, ms: number])[];

  constructor(measured: MeasuredPasses) {
    this.points = [...measured].sort(([a], [b]) => a - b);
    this.maxFilledGap = this.gapWorthFilling();
  }

  /** Whether this many sequences decode faster in a pass each than in one for all. */
  splits(sequences: number): boolean {
    const single = this.passMs(1);
    const together = this.passMs(sequences);
    if (sequences < 2 || single === null || together === null) return false;
    return sequences * single < SPLIT_MARGIN * together;
  }

  /** Interpolated; null beyond what was measured. */
  private passMs(sequences: number): number | null {
    for (const [i, [count, ms]] of this.points.entries()) {
      if (count === sequences) return ms;
      const next = this.points[i + 1];
      if (!next || count > sequences || next[0] <= sequences) continue;
      return ms + ((next[1] - ms) * (sequences - count)) / (next[0] - count);
    }
    return null;
  }

  private gapWorthFilling(): number {
    const single = this.passMs(1);
    const few = this.points.filter(([count]) => count > 1 && count <= 4).at(-1);
    if (single === null || !few) return MAX_FILLED_GAP;
    const rowMs = Math.max((few[1] - single) / (few[0] - 1), single / 100);
    const savedMs = Math.max(0, single - rowMs);
    return Math.min(MAX_FILLED_GAP, Math.floor((FILL_MARGIN * savedMs) / rowMs));
  }
}

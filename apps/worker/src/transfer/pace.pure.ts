/**
 * How fast files may come in, over all downloads of the node together: each piece has to wait until
 * the pieces before it have had their time. Pure: the caller has the clock, and does the waiting.
 */

/** So much may come at once, so that a pause of the machine costs no throughput. */
const BURST_MS = 200;

export class Pace {
  /** When the pieces so far have had their time; monotonic. */
  private paidUntilMs = 0;

  /** `bitsPerSecond`: null for no limit. */
  constructor(private readonly bitsPerSecond: number | null) {}

  /** Milliseconds to wait after `bytes` have come at `nowMs`; 0: go on. */
  delayMs(bytes: number, nowMs: number): number {
    if (this.bitsPerSecond === null) return 0;
    const costMs = (bytes * 8 * 1000) / this.bitsPerSecond;
    this.paidUntilMs = Math.max(this.paidUntilMs, nowMs - BURST_MS) + costMs;
    return Math.max(0, this.paidUntilMs - nowMs);
  }
}

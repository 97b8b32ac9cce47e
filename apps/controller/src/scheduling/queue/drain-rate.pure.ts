/**
 * How fast a queue gets shorter from its front, and so how long somebody in it will wait. Only time
 * in which something waited counts: a queue that is empty says nothing about how fast it could be.
 * Pure.
 */

/** The last half minute is what matters. */
const MEMORY_MS = 30_000;
/** Fewer turns than this tell nothing. */
const LEAST_TURNS = 8;

export class DrainRate {
  private turns = 0;
  private waitedMs = 0;
  private lastMs: number | null = null;

  /** Somebody was served while others waited behind. */
  served(): void {
    this.turns += 1;
  }

  /** To be called a few times a second. */
  tick(nowMs: number, anyWaiting: boolean): void {
    const passedMs = this.lastMs === null ? 0 : nowMs - this.lastMs;
    this.lastMs = anyWaiting ? nowMs : null;
    this.waitedMs += passedMs;
    if (this.waitedMs <= MEMORY_MS) return;
    this.turns *= MEMORY_MS / this.waitedMs;
    this.waitedMs = MEMORY_MS;
  }

  /** Milliseconds until somebody with so many ahead is served; null: nothing is known. */
  waitMs(ahead: number): number | null {
    if (this.turns < LEAST_TURNS || this.waitedMs === 0) return null;
    return (ahead + 1) * (this.waitedMs / this.turns);
  }
}

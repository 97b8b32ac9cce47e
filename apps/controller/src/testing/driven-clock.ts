import { Clock } from '../infra/clock.js';

/** Time that passes only when a spec says so. */
export class DrivenClock extends Clock {
  private passedMs = 0;

  constructor(private readonly startedAt = new Date('2026-01-01T00:00:00Z')) {
    super();
  }

  override monotonicMs(): number {
    return this.passedMs;
  }

  override now(): Date {
    return new Date(this.startedAt.getTime() + this.passedMs);
  }

  advance(ms: number): void {
    this.passedMs += ms;
  }
}

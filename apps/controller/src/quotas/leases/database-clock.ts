/**
 * The database's clock, as seen from here: limits' windows begin and end by it, whatever the
 * controllers' own clocks say. Set at each talk with the database, carried on by the monotonic clock
 * in between.
 */
import { Injectable } from '@nestjs/common';
import { Clock } from '../../infra/clock.js';

@Injectable()
export class DatabaseClock {
  private offsetMs: number | null = null;

  constructor(private readonly clock: Clock) {}

  /** @param now what the database said, to a question sent at `askedAtMs` (monotonic) */
  set(now: Date, askedAtMs: number): void {
    const answeredAtMs = this.clock.monotonicMs();
    this.offsetMs = now.getTime() - (askedAtMs + answeredAtMs) / 2;
  }

  /** The own clock before the database was first asked. */
  now(): Date {
    if (this.offsetMs === null) return this.clock.now();
    return new Date(Math.round(this.offsetMs + this.clock.monotonicMs()));
  }
}

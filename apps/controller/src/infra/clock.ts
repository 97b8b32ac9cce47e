import { Injectable } from '@nestjs/common';

/** Time, handed in so that tests can drive it. */
@Injectable()
export class Clock {
  /** Milliseconds since some fixed moment; never goes back. For durations. */
  monotonicMs(): number {
    return performance.now();
  }

  /** Wall time. For what people and databases see. */
  now(): Date {
    return new Date();
  }
}

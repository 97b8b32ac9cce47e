/** Time as the worker measures it: monotonic, so that a changed wall clock moves no deadline. */
export abstract class Clock {
  /** Milliseconds since some fixed point; only differences mean anything. */
  abstract nowMs(): number;
}

export class MonotonicClock extends Clock {
  override nowMs(): number {
    return performance.now();
  }
}

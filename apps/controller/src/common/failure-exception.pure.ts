/** An expected "no" to a caller, thrown at the edge; an exception filter gives it its dialect's shape. */
import type { Failure } from '@corral/contracts';
import type { RateLimit } from './rate-limit.pure.js';

export class FailureException extends Error {
  /**
   * @param failure what to tell the caller; its code decides the status.
   * @param retryAfterMs when trying again makes sense; null: it is not said.
   * @param limits what is left of the caller's limits, to be told along; empty: nothing is.
   */
  constructor(
    readonly failure: Failure,
    readonly retryAfterMs: number | null = null,
    readonly limits: readonly RateLimit[] = [],
  ) {
    super(failure.message);
    this.name = 'FailureException';
  }
}

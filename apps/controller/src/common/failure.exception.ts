/** An expected "no" to a caller, thrown at the edge; an exception filter gives it its dialect's shape. */
import type { Failure } from '@corral/contracts';

export class FailureException extends Error {
  /**
   * @param failure what to tell the caller; its code decides the status.
   * @param retryAfterMs when trying again makes sense; null: it is not said.
   * @param headers to be sent along (rate limits).
   */
  constructor(
    readonly failure: Failure,
    readonly retryAfterMs: number | null = null,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(failure.message);
    this.name = 'FailureException';
  }
}

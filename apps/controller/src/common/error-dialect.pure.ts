import type { Failure } from '@corral/contracts';
import type { RateLimit } from './rate-limit.pure.js';

/** How a part of the API tells failures, and what is left of limits. */
export interface ErrorDialect {
  /** True: a path that no route has is answered in this dialect. */
  claims(path: string): boolean;
  /** The body of a response that says why there is no answer. */
  body(failure: Failure): object;
  /** Headers for what is left of the limits; empty where there are none to tell. */
  limitHeaders(limits: readonly RateLimit[]): Record<string, string>;
}

/** The dialect of every route that declares no other: the failure as it is. */
export const plainErrors: ErrorDialect = {
  claims: () => true,
  body: (failure) => ({ error: failure }),
  limitHeaders: () => ({}),
};

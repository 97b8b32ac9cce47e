import { QueryClient } from '@tanstack/react-query';
import type { ApiFailure, ApiResult } from './api-client';

/** A failed call inside a query; what went wrong is in `failure`. */
export class ApiFailureError extends Error {
  constructor(readonly failure: ApiFailure) {
    super(failure.kind);
    this.name = 'ApiFailureError';
  }
}

/** The value of `result`; throws `ApiFailureError`, which is how a query learns of a failure. */
export function valueOrThrow<T>(result: ApiResult<T>): T {
  if (result.ok) return result.value;
  throw new ApiFailureError(result.failure);
}

/** Queries here are kept fresh by events, and their failures are shown with a button to try again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: false, staleTime: 60_000 },
      mutations: { retry: false },
    },
  });
}

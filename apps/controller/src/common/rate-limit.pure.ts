/** A limit per minute that holds for a request, as far as this controller knows it. */
export interface RateLimit {
  metric: 'requests' | 'tokens';
  /** Per minute. */
  limit: number;
  /** What is left of it here and anywhere, when it was last asked for. */
  remaining: number;
  /** Milliseconds until all of it is free again; 0 or more. */
  resetInMs: number;
}

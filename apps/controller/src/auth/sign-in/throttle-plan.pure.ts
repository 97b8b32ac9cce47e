/**
 * When a next try may be made. Pure; the table `login_throttle` holds what it goes by.
 *
 * Some tries are free; each one after them doubles the pause before the next, up to a limit. A
 * refused try changes nothing, so whoever keeps trying does not keep anybody else out for longer.
 */
export interface ThrottleRule {
  /** Tries without a pause. */
  freeTries: number;
  /** The longest pause. */
  maxPauseMs: number;
}

/** Of one account, or one address. */
export interface Tries {
  /** Since the last quiet time; 0: none that is remembered. */
  tries: number;
  /** The next one is refused before. */
  freeAt: Date;
  /** After this, all of it is forgotten. */
  expiresAt: Date;
}

export type TryPlan = { admitted: true; next: Tries } | { admitted: false; waitMs: number };

const FIRST_PAUSE_MS = 1_000;
/** So long after the last pause, nothing is remembered. */
const QUIET_MS = 900_000;

export function planTry(before: Tries, rule: ThrottleRule, now: Date): TryPlan {
  const isForgotten = before.expiresAt <= now;
  const waitMs = before.freeAt.getTime() - now.getTime();
  if (!isForgotten && waitMs > 0) return { admitted: false, waitMs };
  const tries = isForgotten ? 1 : before.tries + 1;
  const freeAt = new Date(now.getTime() + pauseMs(tries, rule));
  return {
    admitted: true,
    next: { tries, freeAt, expiresAt: new Date(freeAt.getTime() + QUIET_MS) },
  };
}

/** After the `tries`-th try: 0 while they are free, then 1 s, 2 s, 4 s, … */
function pauseMs(tries: number, { freeTries, maxPauseMs }: ThrottleRule): number {
  if (tries < freeTries) return 0;
  return Math.min(FIRST_PAUSE_MS * 2 ** (tries - freeTries), maxPauseMs);
}

/**
 * What to do when a supervised process has ended by itself: start it again after a pause that
 * grows, and give up on one that cannot stay up, since restarting it for ever would hide the
 * fault and load the machine. Pure; {@link SupervisedProcess} carries it out.
 */

/** Crashes count together while they lie within this. */
export const CRASH_WINDOW_MS = 60_000;
/** So many crashes within the window end the attempt. */
export const MAX_CRASHES = 5;
export const FIRST_DELAY_MS = 500;
export const MAX_DELAY_MS = 10_000;
const DELAY_FACTOR = 3;

export type ExitDecision =
  | { action: 'restart'; delayMs: number; crashes: number[] }
  | { action: 'give_up'; crashes: number[] };

/**
 * @param earlier times of the crashes so far, in milliseconds of any monotonic clock
 * @param nowMs time of this crash on the same clock
 * @returns what to do, and the crashes to pass in next time (this one included)
 */
export function decideAfterCrash(earlier: readonly number[], nowMs: number): ExitDecision {
  const crashes = [...earlier.filter((atMs) => nowMs - atMs < CRASH_WINDOW_MS), nowMs];
  if (crashes.length >= MAX_CRASHES) return { action: 'give_up', crashes };
  const delayMs = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * DELAY_FACTOR ** (crashes.length - 1));
  return { action: 'restart', delayMs, crashes };
}

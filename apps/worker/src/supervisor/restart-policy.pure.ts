/**
 * When a replica that failed is tried again. Failed loads back off 0.5 s, 1 s, 2 s, … 30 s; an
 * engine that crashed three times within five minutes is in a crash loop and gets one try a minute,
 * which keeps a machine usable for its other replicas and still recovers by itself.
 */
const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 30_000;
const CRASH_LOOP_BACK_OFF_MS = 60_000;
const CRASH_LOOP_WINDOW_MS = 5 * 60_000;
const CRASHES_OF_A_LOOP = 3;

/** The crashes that still count at `nowMs`. */
export function recentCrashes(crashesAtMs: readonly number[], nowMs: number): number[] {
  return crashesAtMs.filter((atMs) => nowMs - atMs < CRASH_LOOP_WINDOW_MS);
}

export function isCrashLoop(crashesAtMs: readonly number[], nowMs: number): boolean {
  return recentCrashes(crashesAtMs, nowMs).length >= CRASHES_OF_A_LOOP;
}

/**
 * Milliseconds until the next try.
 * `failuresInARow` counts this failure, and starts anew when the replica gets ready.
 */
export function backOffMs(
  failuresInARow: number,
  crashesAtMs: readonly number[],
  nowMs: number,
): number {
  if (isCrashLoop(crashesAtMs, nowMs)) return CRASH_LOOP_BACK_OFF_MS;
  const doublings = Math.max(0, recentCrashes(crashesAtMs, nowMs).length, failuresInARow) - 1;
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.max(0, doublings));
}

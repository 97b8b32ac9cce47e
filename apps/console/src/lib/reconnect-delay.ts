/** Back-off between tries: many tabs must not return to a restarted controller at the same moment. */

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

/**
 * Milliseconds before the next try: 1 s doubled with every failure in a row up to 15 s, of which
 * the second half is random.
 *
 * @param failures Tries in a row that failed before this wait, from 0.
 * @param random 0 to below 1.
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const ceilingMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(ceilingMs * (0.5 + random / 2));
}

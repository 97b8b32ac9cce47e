/**
 * A node's state from the age of its last heartbeat, both on this controller's monotonic clock.
 * Worked out anew each time, so no node stays lost after it is back. Pure.
 *
 * | silent for | state   | meaning                                   |
 * |------------|---------|-------------------------------------------|
 * | up to 3 s  | ready   | takes new work                            |
 * | up to 8 s  | suspect | takes none; what it has goes on           |
 * | longer     | lost    | what it had is done again somewhere else  |
 */
export type NodeState = 'ready' | 'suspect' | 'lost';

export const SUSPECT_AFTER_MS = 3_000;
export const LOST_AFTER_MS = 8_000;

export function nodeStateOf(silentMs: number): NodeState {
  if (silentMs <= SUSPECT_AFTER_MS) return 'ready';
  return silentMs <= LOST_AFTER_MS ? 'suspect' : 'lost';
}

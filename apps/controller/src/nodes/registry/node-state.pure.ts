/**
 * A node's state from the age of its last heartbeat, on this controller's monotonic clock. Worked
 * out anew each time, so no node stays in a state that is not so any more. Pure.
 *
 * | heard of               | and                       | state   | meaning                              |
 * |------------------------|---------------------------|---------|--------------------------------------|
 * | within 3 s             | it has no row yet         | joining | takes nothing until it has           |
 * | within 3 s             | it has                    | ready   | takes new work                       |
 * | within 8 s             |                           | suspect | takes none; what it has goes on      |
 * | not for longer         | the brake holds it        | suspect | likewise: the fault may be ours      |
 * | not for longer         | it does not               | lost    | what it had is done somewhere else   |
 *
 * Every heartbeat leads back to the first two lines, from anywhere. Cordon and drain are what an
 * admin wants, not what a node is: they hold in every state.
 */
import type { NodeState } from '@corral/contracts/http';

export type { NodeState };

export const SUSPECT_AFTER_MS = 3_000;
export const LOST_AFTER_MS = 8_000;

export interface Liveness {
  silentMs: number;
  /** Its row is in the database. Default: yes. */
  isStored?: boolean;
  /** The brake (brake.ts) keeps it from being lost. Default: no. */
  isHeld?: boolean;
}

export function nodeStateOf({ silentMs, isStored = true, isHeld = false }: Liveness): NodeState {
  if (silentMs <= SUSPECT_AFTER_MS) return isStored ? 'ready' : 'joining';
  return silentMs <= LOST_AFTER_MS || isHeld ? 'suspect' : 'lost';
}

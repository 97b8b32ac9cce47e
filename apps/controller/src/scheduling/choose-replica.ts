/**
 * The replica for the next attempt: the one with the smallest share of its slots taken among
 * those with a free slot. Ties go to the one with more free slots, then to the first by id, so
 * that the choice depends on nothing but its input.
 */
import type { ReplicaSnapshot } from './replica-snapshot.js';

export interface Candidate {
  replica: ReplicaSnapshot;
  /** Attempts that occupy or will occupy a slot, as far as this controller knows. */
  load: number;
}

/** Null when no candidate is ready, reachable and has a free slot. */
export function chooseReplica<C extends Candidate>(candidates: Iterable<C>): C | null {
  let best: C | null = null;
  for (const candidate of candidates) {
    if (!hasFreeSlot(candidate)) continue;
    if (best === null || compare(candidate, best) < 0) best = candidate;
  }
  return best;
}

function hasFreeSlot({ replica, load }: Candidate): boolean {
  return replica.state === 'ready' && replica.reachable && load < replica.slots;
}

function compare(a: Candidate, b: Candidate): number {
  return (
    a.load / a.replica.slots - b.load / b.replica.slots ||
    b.replica.slots - b.load - (a.replica.slots - a.load) ||
    (a.replica.replicaId < b.replica.replicaId ? -1 : 1)
  );
}

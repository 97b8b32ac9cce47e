/**
 * Which replica gets the next generation: the cheapest ({@link costOf}) among the few that can be
 * it. Those are the ones that hold most of the prompt, and the ones that would be cheapest if
 * nobody held any; looking at all would cost more than it could save. Ties go to the smaller share
 * of slots taken, then to more free slots, then to the first by id, so that the choice depends on
 * nothing but its input. With all slots taken it is the one whose next slot is this controller's turn,
 * if there is one. Pure.
 */
import { costOf, type Need, type ReplicaCost } from './replica-cost.pure.js';
import type { ReplicaLoad } from './replica-load.pure.js';
import type { ReplicaPool } from './replica-pool.pure.js';
import type { WantedReplicas } from './wanted-replicas.pure.js';

export interface Wish extends Need, WantedReplicas {
  /** See crash-blame.ts: not where another is on trial. */
  suspect: boolean;
  /** With all slots taken it may wait where it is this controller's turn. */
  mayWait: boolean;
}

export interface Choice {
  target: ReplicaLoad;
  cost: ReplicaCost;
}

export interface ReplicaPolicy {
  /** Null: nobody has room, and the generation waits. */
  choose(pool: ReplicaPool, wish: Wish): Choice | null;
}

const HOLDERS = 8;
const CHEAPEST = 4;

export const LEAST_COST: ReplicaPolicy = {
  choose(pool, wish) {
    const match = pool.index.match(wish.hashes);
    const allowed = (entry: ReplicaLoad): boolean => !wish.suspect || entry.onTrial === null;
    const holders = match.longest(HOLDERS, (entry) => allowed(entry) && pool.hasSlot(entry, wish));
    for (const entry of pool.cheapest(CHEAPEST, wish)) {
      if (allowed(entry)) holders.add(entry);
    }
    if (holders.size === 0 && wish.mayWait) {
      const target = pool.nextSlot(wish);
      if (target !== null) holders.add(target);
    }
    const crowding = pool.crowding(wish);
    let best: Choice | null = null;
    for (const target of holders) {
      const choice = { target, cost: costOf(target, wish, match.blocksHeldBy(target), crowding) };
      if (best === null || compare(choice, best) < 0) best = choice;
    }
    return best;
  },
};

function compare(a: Choice, b: Choice): number {
  return a.cost.totalMs - b.cost.totalMs || compareLoad(a.target, b.target);
}

function compareLoad(a: ReplicaLoad, b: ReplicaLoad): number {
  return (
    a.load / a.replica.slots - b.load / b.replica.slots ||
    b.replica.slots - b.load - (a.replica.slots - a.load) ||
    (a.replica.replicaId < b.replica.replicaId ? -1 : 1)
  );
}

/** For the request's record: what was chosen and why, in one line of at most 300 characters. */
export function explain({ target, cost }: Choice): string {
  const { replica, load } = target;
  const ms = (value: number): string => `${Math.round(value)} ms`;
  const cached = cost.cachedTokens === 0 ? 'nothing' : `about ${cost.cachedTokens} tokens`;
  return (
    `cheapest at ${ms(cost.totalMs)}: prefill ${ms(cost.prefillMs)} (${cached} cached), ` +
    `behind ${ms(cost.backlogMs)} of prompts, decode ${ms(cost.decodeMs)} ` +
    `beside ${load} of ${replica.slots} slots`
  ).slice(0, 300);
}

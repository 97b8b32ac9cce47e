/** How full a replica is, as far as this controller knows between two heartbeats. Pure. */
import type { PrefixIndex } from '../prefixes/prefix-index.pure.js';
import { ReplicaPrefixes } from '../prefixes/replica-prefixes.pure.js';
import type { ReplicaSnapshot } from './replica-snapshot.pure.js';
import { ReplicaSpeed } from './replica-speed.pure.js';

export interface ReplicaLoad {
  replica: ReplicaSnapshot;
  /** Own attempts on it. */
  own: number;
  /** Attempts of other controllers, as last heard. */
  others: number;
  load: number;
  /** Prompt tokens of own attempts that it has not computed yet, by estimate. */
  backlogTokens: number;
  /** It refused or vanished: nothing more until it is heard of again. */
  suspended: boolean;
  /** See crash-blame.ts; null: nobody is on trial. */
  onTrial: string | null;
  readonly speed: ReplicaSpeed;
  readonly prefixes: ReplicaPrefixes<ReplicaLoad>;
}

export function newReplicaLoad(
  replica: ReplicaSnapshot,
  index: PrefixIndex<ReplicaLoad>,
): ReplicaLoad {
  const load: Omit<ReplicaLoad, 'prefixes'> = {
    replica,
    own: 0,
    others: replica.load,
    load: replica.load,
    backlogTokens: 0,
    suspended: false,
    onTrial: null,
    speed: new ReplicaSpeed(),
  };
  const entry = load as ReplicaLoad;
  const whole = Object.assign(entry, { prefixes: new ReplicaPrefixes(index, entry) });
  learn(whole, true);
  return whole;
}

/** A heartbeat counts our own attempts too; what exceeds them belongs to other controllers. */
export function observe(entry: ReplicaLoad, replica: ReplicaSnapshot): void {
  if (entry.replica.bootId !== replica.bootId) entry.prefixes.clear();
  const worked = entry.replica.stats?.steps !== replica.stats?.steps;
  entry.replica = replica;
  entry.suspended = false;
  countOthers(entry, Math.max(0, replica.load - entry.own));
  learn(entry, worked);
}

export function countOthers(entry: ReplicaLoad, others: number): void {
  entry.others = others;
  entry.load = entry.own + others;
}

/** Takes work on: an attempt with so much of its prompt to compute. */
export function occupy(entry: ReplicaLoad, backlogTokens: number): void {
  entry.own += 1;
  entry.load += 1;
  entry.backlogTokens += backlogTokens;
}

/** One of our attempts on it is over. */
export function free(entry: ReplicaLoad): void {
  entry.own -= 1;
  entry.load = entry.own + entry.others;
}

/** It may be sent work, but for what it has already. */
export function isReady({ replica, suspended }: ReplicaLoad): boolean {
  return replica.state === 'ready' && replica.reachable && !suspended;
}

export function hasFreeSlot(entry: ReplicaLoad): boolean {
  return isReady(entry) && entry.load < entry.replica.slots;
}

/**
 * It is full, mostly of other controllers' attempts. One more may wait there for the next slot:
 * otherwise whoever has a slot fills it again, and a controller that came late never gets one.
 */
export function isContested(entry: ReplicaLoad): boolean {
  return isReady(entry) && entry.load === entry.replica.slots && entry.own < entry.others;
}

/** @param worked its engine has said something new since the last heartbeat */
function learn({ replica, speed, prefixes }: ReplicaLoad, worked: boolean): void {
  speed.observe(replica.stats);
  if (replica.state === 'ready') prefixes.report(replica.heldPrefixes, replica.slots, worked);
}

const ON_ITS_WAY: ReadonlySet<string> = new Set(['assigned', 'fetching', 'loading', 'warming']);

/** One of them is being loaded: it may take long, and is worth waiting for. */
export function hasReplicaOnItsWay(entries: Iterable<ReplicaLoad>): boolean {
  for (const { replica } of entries) if (ON_ITS_WAY.has(replica.state)) return true;
  return false;
}

/** How full a replica is, as far as this controller knows between two heartbeats. Pure. */
import type { ReplicaSnapshot } from './replica-snapshot.js';

export interface ReplicaLoad {
  replica: ReplicaSnapshot;
  /** Own attempts on it. */
  own: number;
  /** Attempts of other controllers, as of the last heartbeat. */
  others: number;
  load: number;
  /** It refused or vanished: nothing more until it is heard of again. */
  suspended: boolean;
}

export function newReplicaLoad(replica: ReplicaSnapshot): ReplicaLoad {
  return { replica, own: 0, others: replica.load, load: replica.load, suspended: false };
}

/** A heartbeat counts our own attempts too; what exceeds them belongs to other controllers. */
export function observe(entry: ReplicaLoad, replica: ReplicaSnapshot): void {
  entry.replica = replica;
  entry.suspended = false;
  entry.others = Math.max(0, replica.load - entry.own);
  entry.load = entry.own + entry.others;
}

/** One of our attempts on it is over. */
export function free(entry: ReplicaLoad): void {
  entry.own -= 1;
  entry.load = entry.own + entry.others;
}

/** Those that may be sent something, full ones included. */
export function* available(entries: Iterable<ReplicaLoad>): Iterable<ReplicaLoad> {
  for (const entry of entries) if (!entry.suspended) yield entry;
}

export function hasReadyReplica(entries: Iterable<ReplicaLoad>): boolean {
  for (const { replica } of entries) {
    if (replica.state === 'ready' && replica.reachable) return true;
  }
  return false;
}

const ON_ITS_WAY: ReadonlySet<string> = new Set(['assigned', 'fetching', 'loading', 'warming']);

/** One of them is being loaded: it may take long, and is worth waiting for. */
export function hasReplicaOnItsWay(entries: Iterable<ReplicaLoad>): boolean {
  for (const { replica } of entries) if (ON_ITS_WAY.has(replica.state)) return true;
  return false;
}

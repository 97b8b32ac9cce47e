/**
 * For how long replicas have not come up on their nodes: from the first failure that this controller
 * heard of until they load in earnest. A worker tries a failed one again every while, and refuses it
 * again before it loads: that is no change. Pure, but for what it remembers.
 */
import type { ObservedReplica } from '@corral/contracts';

export class FailedReplicas {
  private readonly sinceMs = new Map<string, number>();

  /** @returns milliseconds by replica, of those that have failed; all replicas are to be given */
  observe(
    replicas: ReadonlyMap<string, Pick<ObservedReplica, 'state' | 'progress'>>,
    nowMs: number,
  ): Map<string, number> {
    for (const replicaId of this.sinceMs.keys()) {
      const replica = replicas.get(replicaId);
      if (replica === undefined || comesUp(replica)) this.sinceMs.delete(replicaId);
    }
    for (const [replicaId, { state }] of replicas) {
      if (state === 'failed' && !this.sinceMs.has(replicaId)) this.sinceMs.set(replicaId, nowMs);
    }
    return new Map([...this.sinceMs].map(([replicaId, since]) => [replicaId, nowMs - since]));
  }
}

/** `loading` without progress: it is being looked at whether it may be loaded. */
function comesUp({ state, progress }: Pick<ObservedReplica, 'state' | 'progress'>): boolean {
  return state !== 'failed' && !(state === 'loading' && progress === null);
}

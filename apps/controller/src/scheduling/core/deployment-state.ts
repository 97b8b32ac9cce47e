/** A deployment as the scheduler's core keeps it: its replicas, and what waits for them. Pure. */
import { DeploymentLane } from './deployment-lane.js';
import type { Waiting } from '../queue/fair-queue.pure.js';
import { ReplicaPool } from '../replicas/replica-pool.pure.js';
import { keyOfWanted, type WantedReplicas } from '../replicas/wanted-replicas.pure.js';

export class DeploymentState<E extends Waiting> {
  readonly pool = new ReplicaPool();
  /** By what is waited for ({@link keyOfWanted}). */
  readonly lanes = new Map<string, DeploymentLane<E>>();
  /** Smoothed: what answers have had lately. */
  usualOutputTokens = 100;

  constructor(readonly name: string) {}

  get waiting(): number {
    let count = 0;
    for (const { queue } of this.lanes.values()) count += queue.length;
    return count;
  }

  lane({ revisionId, modelDigest }: WantedReplicas): DeploymentLane<E> {
    const wanted = { revisionId, modelDigest };
    const key = keyOfWanted(wanted);
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = new DeploymentLane(wanted);
      this.lanes.set(key, lane);
    }
    return lane;
  }

  /** Those of revisions that are gone, and of answers to go on with, once nobody waits for them. */
  forgetLanes(): void {
    for (const [key, { queue, wanted }] of this.lanes) {
      const { revisionId, modelDigest } = wanted;
      const isCommon = modelDigest === null && (revisionId === null || this.pool.knows(revisionId));
      if (!isCommon && queue.length === 0) this.lanes.delete(key);
    }
  }

  /** An answer has ended with so many tokens. */
  answered(tokens: number): void {
    this.usualOutputTokens += (tokens - this.usualOutputTokens) / 20;
  }
}

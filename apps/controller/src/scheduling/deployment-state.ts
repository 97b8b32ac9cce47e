/** A deployment as the scheduler's core keeps it: its replicas, and what waits for them. Pure. */
import { DeploymentLane } from './deployment-lane.js';
import type { Waiting } from './fair-queue.js';
import { ReplicaPool } from './replica-pool.js';

export class DeploymentState<E extends Waiting> {
  readonly pool = new ReplicaPool();
  /** By the revision that is waited for; null: any. */
  readonly lanes = new Map<string | null, DeploymentLane<E>>();
  /** Smoothed: what answers have had lately. */
  usualOutputTokens = 100;

  constructor(readonly name: string) {}

  get waiting(): number {
    let count = 0;
    for (const { queue } of this.lanes.values()) count += queue.length;
    return count;
  }

  lane(revisionId: string | null): DeploymentLane<E> {
    let lane = this.lanes.get(revisionId);
    if (lane === undefined) {
      lane = new DeploymentLane(revisionId);
      this.lanes.set(revisionId, lane);
    }
    return lane;
  }

  /** Those of revisions that are gone, once nobody waits for them. */
  forgetLanes(): void {
    for (const [revisionId, { queue }] of this.lanes) {
      if (revisionId === null || queue.length > 0 || this.pool.knows(revisionId)) continue;
      this.lanes.delete(revisionId);
    }
  }

  /** An answer has ended with so many tokens. */
  answered(tokens: number): void {
    this.usualOutputTokens += (tokens - this.usualOutputTokens) / 20;
  }
}

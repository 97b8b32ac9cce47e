/** A rollout and what is seen of its two revisions: the common ground of its pure decisions. */
import type { ReplicaSpec } from '@corral/contracts';
import type { RolloutStrategy, RolloutView } from '@corral/contracts/http';

export interface RolloutRevision {
  id: string;
  number: number;
  modelDigest: string;
  modelName: string;
  spec: ReplicaSpec;
}

export type RolloutState = RolloutView['state'];

/** A rollout that has not ended; one that is rolled back has not until the old revision is whole. */
export interface Rollout {
  id: string;
  state: RolloutState;
  strategy: RolloutStrategy;
  /**
   * Place in the strategy's canary steps. Their number: the last step, which replaces the rest. One
   * more: only the old revision's last requests were waited for.
   */
  step: number;
  /** Percent of keys that the new revision serves, and no other. */
  weight: number;
  /** The canary of this step is watched since then, or the step began then. */
  stepStartedAt: Date;
  /** Why it paused or was rolled back; null: nothing to say. */
  reason: string | null;
  from: RolloutRevision;
  to: RolloutRevision;
}

/** Replicas of one revision. */
export interface RevisionCounts {
  /** That should be: they have a node. */
  placed: number;
  /** That answer requests. */
  ready: number;
  /** That are on a node in any state, those that drain included. */
  present: number;
  /** Requests on board of them. */
  active: number;
}

/** Requests that one revision served since the step began. */
export interface RevisionTraffic {
  /** Ended, whatever became of them; those that their clients left do not count. */
  requests: number;
  failed: number;
  /** Of the time to first token, milliseconds; null: no request got so far. */
  ttftP95Ms: number | null;
}

export interface LoadFailures {
  /** Starts of the new revision's replicas that failed, in all. */
  count: number;
  /** What the latest said; null: none. */
  reason: string | null;
  /** One will not be tried again: trying again cannot mend it. */
  isFinal: boolean;
}

/** What is seen when the next step is decided. */
export interface RolloutSituation {
  /** Replicas that the deployment should have; 0 while it is unloaded. */
  desired: number;
  from: RevisionCounts;
  to: RevisionCounts;
  /** Why a replica could not be placed; null: each has a place. */
  noRoom: string | null;
  loadFailures: LoadFailures;
  /** Null: not known at the moment. */
  traffic: { from: RevisionTraffic; to: RevisionTraffic } | null;
  /** Since `stepStartedAt`, milliseconds. */
  stepAgeMs: number;
  /** Since anything changed about its replicas, milliseconds. */
  stalledMs: number;
}

/** Percent of the deployment that this step gives to the new revision; 100 in the last one. */
export function stepPercent({ strategy, step }: Pick<Rollout, 'strategy' | 'step'>): number {
  return strategy.canarySteps[step] ?? 100;
}

/** The new revision's keys have been given to it, and it is watched. */
export function isBaking(rollout: Pick<Rollout, 'strategy' | 'step' | 'weight'>): boolean {
  return rollout.strategy.canarySteps[rollout.step] === rollout.weight;
}

/**
 * The last old replica stays until its requests have ended: another model cannot go on with them.
 * Where the model is the same, they move to a new replica when their time to drain is over.
 */
export function waitsForLast({
  strategy,
  step,
  from,
  to,
}: Pick<Rollout, 'strategy' | 'step' | 'from' | 'to'>): boolean {
  return step === strategy.canarySteps.length && from.modelDigest !== to.modelDigest;
}

/** A rollout, whatever became of it. */
export interface StoredRollout extends Rollout {
  deployment: { id: string; name: string };
  createdAt: Date;
  endedAt: Date | null;
  /** Oldest first. */
  events: { at: Date; message: string }[];
}

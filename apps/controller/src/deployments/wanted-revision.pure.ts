/**
 * What should be of each revision, the common ground of those who decide how many (an admin, scaling,
 * a rollout) and the one who decides where (placement). Pure.
 */
import type { Placement, ReplicaSpec } from '@corral/contracts';
import { rolloutNumbers } from '../rollouts/rollout-numbers.pure.js';
import type { Rollout, RolloutSituation } from '../rollouts/rollout-state.pure.js';

export interface WantedRevision {
  deployment: string;
  revisionId: string;
  modelDigest: string;
  spec: ReplicaSpec;
  /** How many replicas of it there should be now. */
  replicas: number;
  /** Where they must be; null: wherever they fit. */
  pinnedNodeId: string | null;
  placement: Placement;
}

/** A deployment as an admin, scaling or a rollout left it. */
export interface DesiredDeployment extends Pick<WantedRevision, 'pinnedNodeId' | 'placement'> {
  name: string;
  desiredReplicas: number;
  unloadedAt: Date | null;
  revision: Pick<WantedRevision, 'modelDigest' | 'spec'> & { id: string };
  /** Null: it is not between two revisions. */
  rollout: Rollout | null;
}

/** How many replicas there should be, of whatever revision. */
export function desiredNow({
  desiredReplicas,
  unloadedAt,
}: Pick<DesiredDeployment, 'desiredReplicas' | 'unloadedAt'>): number {
  return unloadedAt === null ? desiredReplicas : 0;
}

/**
 * Its one revision in the number desired; or two, the old one first, while it is between them.
 *
 * @param seen what is seen of a rollout's revisions
 */
export function wantedOf(
  deployment: DesiredDeployment,
  seen: Pick<RolloutSituation, 'from' | 'to' | 'noRoom'>,
): WantedRevision[] {
  const { rollout, revision } = deployment;
  const desired = desiredNow(deployment);
  if (rollout === null) return [wantedRevision(deployment, revision, desired)];
  const numbers = rolloutNumbers(rollout, { desired, ...seen });
  return [
    wantedRevision(deployment, rollout.from, numbers.from),
    wantedRevision(deployment, rollout.to, numbers.to),
  ];
}

/** So many replicas of one revision, where its deployment's replicas may be. */
export function wantedRevision(
  { name, pinnedNodeId, placement }: Pick<DesiredDeployment, 'name' | 'pinnedNodeId' | 'placement'>,
  { id, modelDigest, spec }: DesiredDeployment['revision'],
  replicas: number,
): WantedRevision {
  return { deployment: name, revisionId: id, modelDigest, spec, replicas, pinnedNodeId, placement };
}

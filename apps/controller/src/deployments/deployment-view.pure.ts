/** A deployment as the console and the command line show it. Pure. */
import type { Failure, ObservedReplica, ReplicaState } from '@corral/contracts';
import type { DeploymentView } from '@corral/contracts/http';
import type { StoredDeployment } from './desired-state.pure.js';

/** Nearer to ready comes first: the furthest replica speaks for the deployment. */
const NEARNESS: readonly ReplicaState[] = ['ready', 'warming', 'loading', 'fetching', 'assigned'];

export type ScalingNote = NonNullable<DeploymentView['scaling']>;

/**
 * @param replicas those that nodes report, of both revisions while it is between two
 * @param placementReason why replicas are missing; null where none are, or nobody here knows
 * @param scaling its last step; null where there was none, or nobody here knows
 */
export function deploymentViewOf(
  deployment: StoredDeployment,
  replicas: readonly ObservedReplica[],
  placementReason: string | null,
  scaling: ScalingNote | null = null,
): DeploymentView {
  const { revision, rollout } = deployment;
  const ready = replicas.filter(({ state }) => state === 'ready');
  const { state, failure, progress } = conditionOf(deployment, replicas, placementReason);
  const sum = (pick: (replica: ObservedReplica) => number): number =>
    ready.reduce((total, replica) => total + pick(replica), 0);
  return {
    id: deployment.id,
    name: deployment.name,
    aliases: deployment.aliases,
    modelDigest: revision.modelDigest,
    modelName: revision.modelName,
    revision: revision.number,
    spec: revision.spec,
    placement: deployment.placement,
    nodeId: deployment.pinnedNodeId,
    desiredReplicas: deployment.desiredReplicas,
    minReplicas: deployment.minReplicas,
    maxReplicas: deployment.maxReplicas,
    idleTimeoutS: deployment.idleTimeoutS,
    readyReplicas: ready.length,
    state,
    failure,
    progress,
    contextTokens: ready[0]?.contextTokens ?? revision.spec.contextTokens,
    slots: sum(({ slots }) => slots),
    activeSlots: sum(({ activeSlots }) => activeSlots),
    queued: sum(({ queued }) => queued),
    scaling,
    rollout: rollout && {
      id: rollout.id,
      toRevision: rollout.to.number,
      state: rollout.state,
      weight: rollout.weight,
    },
    createdAt: deployment.createdAt.toISOString(),
  };
}

function conditionOf(
  { unloadedAt, desiredReplicas, name }: StoredDeployment,
  replicas: readonly ObservedReplica[],
  placementReason: string | null,
): Pick<DeploymentView, 'state' | 'failure' | 'progress'> {
  if (unloadedAt !== null) return { state: 'unloaded', failure: null, progress: null };
  const furthest = NEARNESS.flatMap((state) => replicas.filter((one) => one.state === state))[0];
  if (furthest?.state === 'ready') return { state: 'ready', failure: null, progress: null };
  if (furthest !== undefined) {
    return { state: 'loading', failure: furthest.failure, progress: furthest.progress };
  }
  const failed = replicas.find(({ state }) => state === 'failed');
  if (failed !== undefined) return { state: 'failed', failure: failed.failure, progress: null };
  const message = desiredReplicas === 0 ? stoppedReason(name) : placementReason;
  const failure: Failure | null = message === null ? null : { code: 'model_unavailable', message };
  return { state: 'pending', failure, progress: null };
}

function stoppedReason(name: string): string {
  return `It is to have no replicas. 'corral scale ${name} 1' loads one.`;
}

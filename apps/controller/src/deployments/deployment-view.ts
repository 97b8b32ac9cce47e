/** A deployment as the console and the command line show it. Pure. */
import type { Failure, ObservedReplica, ReplicaState } from '@corral/contracts';
import type { DeploymentView } from '@corral/contracts/http';
import type { StoredDeployment } from './deployments.repository.js';

/** Nearer to ready comes first: the furthest replica speaks for the deployment. */
const NEARNESS: readonly ReplicaState[] = ['ready', 'warming', 'loading', 'fetching', 'assigned'];

/**
 * @param replicas those of its current revision that nodes report
 * @param placementReason why replicas are missing; null where none are, or nobody here knows
 */
export function deploymentViewOf(
  deployment: StoredDeployment,
  replicas: readonly ObservedReplica[],
  placementReason: string | null,
): DeploymentView {
  const { revision } = deployment;
  const ready = replicas.filter(({ state }) => state === 'ready');
  const { state, failure, progress } = conditionOf(replicas, placementReason);
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
    rollout: null,
    createdAt: deployment.createdAt.toISOString(),
  };
}

function conditionOf(
  replicas: readonly ObservedReplica[],
  placementReason: string | null,
): Pick<DeploymentView, 'state' | 'failure' | 'progress'> {
  const furthest = NEARNESS.flatMap((state) => replicas.filter((one) => one.state === state))[0];
  if (furthest?.state === 'ready') return { state: 'ready', failure: null, progress: null };
  if (furthest !== undefined) {
    return { state: 'loading', failure: furthest.failure, progress: furthest.progress };
  }
  const failed = replicas.find(({ state }) => state === 'failed');
  if (failed !== undefined) return { state: 'failed', failure: failed.failure, progress: null };
  const failure: Failure | null =
    placementReason === null ? null : { code: 'model_unavailable', message: placementReason };
  return { state: 'pending', failure, progress: null };
}

/** What is seen of a rollout's revisions: what is placed, against what the nodes report. Pure. */
import type { Heartbeat, ObservedReplica } from '@corral/contracts';
import type { NodeState } from '../nodes/registry/node-state.pure.js';
import type {
  LoadFailures,
  RevisionCounts,
  Rollout,
  RolloutSituation,
} from './rollout-state.pure.js';

/** A node's heartbeat, and whether the node can be reached. */
export interface ReportingNode {
  state: NodeState;
  heartbeat: Pick<Heartbeat, 'draining' | 'replicas'>;
}

export type RolloutSeen = Pick<RolloutSituation, 'from' | 'to' | 'loadFailures'>;

/** Of no rollout there is nothing to see. */
export function observeRollout(
  rollout: Pick<Rollout, 'from' | 'to'> | null,
  placed: readonly { revisionId: string }[],
  nodes: readonly ReportingNode[],
): RolloutSeen {
  return {
    from: countsOf(rollout?.from.id ?? '', placed, nodes),
    to: countsOf(rollout?.to.id ?? '', placed, nodes),
    loadFailures: loadFailuresOf(rollout?.to.id ?? '', nodes),
  };
}

/** Changes with whatever moves a rollout on: a replica more or less, its state, how far it is loaded. */
export function movementOf(
  rollout: Pick<Rollout, 'state' | 'step' | 'weight' | 'from' | 'to'>,
  { from, to }: RolloutSeen,
  nodes: readonly ReportingNode[],
): string {
  const { state, step, weight } = rollout;
  const loading = replicasOf(rollout.to.id, nodes)
    // A replica that fails over and over moves, and gets nowhere.
    .filter((replica) => replica.state !== 'failed' && replica.restarts === 0)
    .map((replica) => `${replica.replicaId} ${replica.state} ${replica.progress}`);
  const counts = [from, to].map(({ placed, ready, present }) => [placed, ready, present]);
  return JSON.stringify([state, step, weight, counts, loading.sort()]);
}

function countsOf(
  revisionId: string,
  placed: readonly { revisionId: string }[],
  nodes: readonly ReportingNode[],
): RevisionCounts {
  const reachable = nodes.filter(
    ({ state, heartbeat }) => state === 'ready' && !heartbeat.draining,
  );
  const present = replicasOf(revisionId, nodes).filter(({ state }) => state !== 'stopped');
  return {
    placed: placed.filter((replica) => replica.revisionId === revisionId).length,
    ready: replicasOf(revisionId, reachable).filter(({ state }) => state === 'ready').length,
    present: present.length,
    active: present.reduce((sum, { activeSlots, queued }) => sum + activeSlots + queued, 0),
  };
}

/** Every start but a replica's present one has failed, and that one too where it says so. */
function loadFailuresOf(revisionId: string, nodes: readonly ReportingNode[]): LoadFailures {
  const replicas = replicasOf(revisionId, nodes);
  const failed = replicas.filter(({ state }) => state === 'failed');
  const final = failed.find(({ retryInMs }) => retryInMs === null);
  const restarts = replicas.reduce((sum, replica) => sum + replica.restarts, 0);
  return {
    count: restarts + failed.length,
    reason:
      (final ?? failed[0] ?? replicas.find(({ failure }) => failure !== null))?.failure?.message ??
      null,
    isFinal: final !== undefined,
  };
}

function replicasOf(revisionId: string, nodes: readonly ReportingNode[]): ObservedReplica[] {
  return nodes
    .filter(({ state }) => state !== 'lost')
    .flatMap(({ heartbeat }) => heartbeat.replicas)
    .filter((replica) => replica.revisionId === revisionId);
}

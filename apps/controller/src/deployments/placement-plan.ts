/**
 * Which replicas are to be made and which are to go: desired against observed. Pure and
 * level-triggered: planned again after it was carried out, it has nothing left to do.
 *
 * 1. A replica of another revision than the current one goes.
 * 2. A replica beyond the desired number goes, the youngest first.
 * 3. A missing replica is placed on a node that is ready and has the file (and is the pinned one,
 *    where one is named): the one with the fewest replicas of this deployment, then the one with
 *    the most free memory, then the first by id.
 * 4. Where there is no such node, the reason says what each lacks.
 *
 * Whether the replica fits into the node's memory is for its worker to say: it alone can measure.
 */
import type { Heartbeat } from '@corral/contracts';

export interface DesiredDeployment {
  name: string;
  revisionId: string;
  modelDigest: string;
  desiredReplicas: number;
  /** Null: any node. */
  pinnedNodeId: string | null;
}

export interface PlacedReplica {
  replicaId: string;
  revisionId: string;
  nodeId: string;
  deployment: string;
}

export interface CandidateNode {
  nodeId: string;
  name: string;
  isReady: boolean;
  /** Digests of the files in its store. */
  modelDigests: ReadonlySet<string>;
  /** Of its roomiest device. */
  freeBytes: number;
}

export type PlacementAction =
  | { action: 'place'; deployment: string; revisionId: string; nodeId: string }
  | { action: 'remove'; replicaId: string; nodeId: string };

export interface PlacementPlan {
  actions: PlacementAction[];
  /** Why a deployment has fewer replicas than it should, by its name. */
  reasons: Map<string, string>;
}

export function planPlacement(
  deployments: readonly DesiredDeployment[],
  placed: readonly PlacedReplica[],
  nodes: readonly CandidateNode[],
): PlacementPlan {
  const plan: PlacementPlan = { actions: [], reasons: new Map() };
  for (const deployment of deployments) {
    const own = placed.filter((replica) => replica.deployment === deployment.name);
    const current = own.filter(({ revisionId }) => revisionId === deployment.revisionId);
    const outdated = own.filter(({ revisionId }) => revisionId !== deployment.revisionId);
    const surplus = current.slice(deployment.desiredReplicas);
    for (const { replicaId, nodeId } of [...outdated, ...surplus]) {
      plan.actions.push({ action: 'remove', replicaId, nodeId });
    }
    placeMissing(deployment, current, nodes, plan);
  }
  return plan;
}

function placeMissing(
  deployment: DesiredDeployment,
  current: readonly PlacedReplica[],
  nodes: readonly CandidateNode[],
  plan: PlacementPlan,
): void {
  const { name, revisionId, desiredReplicas } = deployment;
  const perNode = new Map<string, number>();
  const add = (nodeId: string): void => void perNode.set(nodeId, (perNode.get(nodeId) ?? 0) + 1);
  current.forEach(({ nodeId }) => add(nodeId));
  for (let missing = desiredReplicas - current.length; missing > 0; missing -= 1) {
    const node = bestNode(deployment, nodes, perNode);
    if (node === null) {
      plan.reasons.set(name, whyNowhere(deployment, nodes));
      return;
    }
    add(node.nodeId);
    plan.actions.push({ action: 'place', deployment: name, revisionId, nodeId: node.nodeId });
  }
}

function bestNode(
  deployment: DesiredDeployment,
  nodes: readonly CandidateNode[],
  perNode: ReadonlyMap<string, number>,
): CandidateNode | null {
  const fit = nodes.filter((node) => whyNot(deployment, node) === null);
  const replicasOn = ({ nodeId }: CandidateNode): number => perNode.get(nodeId) ?? 0;
  fit.sort(
    (a, b) =>
      replicasOn(a) - replicasOn(b) || b.freeBytes - a.freeBytes || (a.nodeId < b.nodeId ? -1 : 1),
  );
  return fit[0] ?? null;
}

function whyNot(deployment: DesiredDeployment, node: CandidateNode): string | null {
  if (deployment.pinnedNodeId !== null && deployment.pinnedNodeId !== node.nodeId) {
    return 'is not the node it is bound to';
  }
  if (!node.isReady) return 'is not reachable';
  return node.modelDigests.has(deployment.modelDigest) ? null : 'does not have the model file';
}

function whyNowhere(deployment: DesiredDeployment, nodes: readonly CandidateNode[]): string {
  if (nodes.length === 0) return 'No node has joined yet.';
  return nodes.map((node) => `${node.name} ${whyNot(deployment, node)}`).join('; ') + '.';
}

/** Free bytes of the roomiest device; 0 without devices. */
export function roomiestBytes({ devices }: Pick<Heartbeat, 'devices'>): number {
  return Math.max(0, ...devices.map(({ freeBytes }) => freeBytes));
}

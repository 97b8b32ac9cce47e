/**
 * Which replicas are to be made and which are to go: desired against observed. Pure and
 * level-triggered: planned again after it was carried out, it has nothing left to do.
 *
 * 1. A replica of a revision that is not wanted goes.
 * 2. A replica beyond the wanted number goes, the youngest first.
 * 3. A missing replica is placed on a node that is ready and has the file (and is the pinned one,
 *    where one is named): the one with the fewest replicas of this deployment, then the one with
 *    the most free memory, then the first by id.
 * 4. Where there is no such node, the reason says what each lacks.
 *
 * Whether the replica fits into the node's memory is for its worker to say: it alone can measure.
 */
import type { Heartbeat } from '@corral/contracts';
import type { WantedRevision } from './wanted-revision.js';

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
  wanted: readonly WantedRevision[],
  placed: readonly PlacedReplica[],
  nodes: readonly CandidateNode[],
): PlacementPlan {
  const plan: PlacementPlan = { actions: [], reasons: new Map() };
  const isWanted = new Set(wanted.map(({ revisionId }) => revisionId));
  remove(
    placed.filter(({ revisionId }) => !isWanted.has(revisionId)),
    plan,
  );
  for (const revision of wanted) {
    const own = placed.filter(({ revisionId }) => revisionId === revision.revisionId);
    remove(own.slice(revision.replicas), plan);
    const inAll = placed.filter(({ deployment }) => deployment === revision.deployment);
    placeMissing(revision, own.length, inAll, nodes, plan);
  }
  return plan;
}

function remove(replicas: readonly PlacedReplica[], plan: PlacementPlan): void {
  for (const { replicaId, nodeId } of replicas) {
    plan.actions.push({ action: 'remove', replicaId, nodeId });
  }
}

function placeMissing(
  revision: WantedRevision,
  existing: number,
  inDeployment: readonly PlacedReplica[],
  nodes: readonly CandidateNode[],
  plan: PlacementPlan,
): void {
  const { deployment, revisionId, replicas } = revision;
  const perNode = new Map<string, number>();
  const add = (nodeId: string): void => void perNode.set(nodeId, (perNode.get(nodeId) ?? 0) + 1);
  inDeployment.forEach(({ nodeId }) => add(nodeId));
  for (let missing = replicas - existing; missing > 0; missing -= 1) {
    const node = bestNode(revision, nodes, perNode);
    if (node === null) {
      plan.reasons.set(deployment, whyNowhere(revision, nodes));
      return;
    }
    add(node.nodeId);
    plan.actions.push({ action: 'place', deployment, revisionId, nodeId: node.nodeId });
  }
}

function bestNode(
  revision: WantedRevision,
  nodes: readonly CandidateNode[],
  perNode: ReadonlyMap<string, number>,
): CandidateNode | null {
  const fit = nodes.filter((node) => whyNot(revision, node) === null);
  const replicasOn = ({ nodeId }: CandidateNode): number => perNode.get(nodeId) ?? 0;
  fit.sort(
    (a, b) =>
      replicasOn(a) - replicasOn(b) || b.freeBytes - a.freeBytes || (a.nodeId < b.nodeId ? -1 : 1),
  );
  return fit[0] ?? null;
}

function whyNot(revision: WantedRevision, node: CandidateNode): string | null {
  if (revision.pinnedNodeId !== null && revision.pinnedNodeId !== node.nodeId) {
    return 'is not the node it is bound to';
  }
  if (!node.isReady) return 'is not reachable';
  return node.modelDigests.has(revision.modelDigest) ? null : 'does not have the model file';
}

function whyNowhere(revision: WantedRevision, nodes: readonly CandidateNode[]): string {
  if (nodes.length === 0) return 'No node has joined yet.';
  return nodes.map((node) => `${node.name} ${whyNot(revision, node)}`).join('; ') + '.';
}

/** Free bytes of the roomiest device; 0 without devices. */
export function roomiestBytes({ devices }: Pick<Heartbeat, 'devices'>): number {
  return Math.max(0, ...devices.map(({ freeBytes }) => freeBytes));
}

/**
 * Which replicas are to be made and which are to go: desired against observed. Pure and
 * level-triggered: planned again after it was carried out, it has nothing left to do.
 *
 * 1. While it is frozen (most nodes fell silent at once: the fault is ours), nothing is moved.
 * 2. A replica of a revision that is not wanted goes.
 * 3. Replicas on nodes that are drained, lost or yielding, or that gave their memory away, do not
 *    count (`replica-standing.ts`).
 * 4. A replica beyond the wanted number goes: first one that is not ready, then the youngest.
 * 5. A missing replica is placed on the best node (`node-rank.ts`) of those that can take it
 *    (`node-filter.ts`, `device-fit.ts`), and its memory there is promised to it. Those placed
 *    earlier in the same plan count.
 * 6. Where no node can, the reason says what each lacks.
 * 7. A replica that leaves goes when as many as are wanted are ready without it.
 */
import type { Reservation } from '@corral/contracts';
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';
import { NodeCapacity, type Refusal } from './node-capacity.pure.js';
import type { NeedState } from './memory/memory-need.pure.js';
import { bestOf } from './node-rank.pure.js';
import { standingOf, type Standing } from './replica-standing.pure.js';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';

export type PlacementAction =
  | {
      action: 'place';
      deployment: string;
      revisionId: string;
      nodeId: string;
      reserved: Reservation[];
      /** Why this node. */
      why: string;
    }
  | { action: 'remove'; replicaId: string; nodeId: string; why: string };

export interface PlacementPlan {
  actions: PlacementAction[];
  /** Why a deployment has fewer replicas than it should, or not where they should be, by its name. */
  reasons: Map<string, string>;
  /** Names of deployments whose reason is that what they need is not known yet: soon it is. */
  measuring: Set<string>;
}

export interface PlacementState {
  wanted: readonly WantedRevision[];
  /** Oldest first. */
  placed: readonly PlacedReplica[];
  nodes: readonly CandidateNode[];
  /** By revision id; what is missing counts as not known yet. */
  needs: ReadonlyMap<string, NeedState>;
  /** Why nothing may be moved now; null: it may. */
  frozen: string | null;
}

export function planPlacement(state: PlacementState): PlacementPlan {
  const plan: PlacementPlan = { actions: [], reasons: new Map(), measuring: new Set() };
  if (state.frozen !== null) {
    for (const { deployment } of state.wanted) plan.reasons.set(deployment, state.frozen);
    return plan;
  }
  const nodes = new Map(state.nodes.map((node) => [node.nodeId, node]));
  const capacity = new NodeCapacity(state.nodes, state.placed);
  const isWanted = new Set(state.wanted.map(({ revisionId }) => revisionId));
  for (const replica of state.placed) {
    if (!isWanted.has(replica.revisionId)) remove(plan, replica, 'its revision is not wanted');
  }
  for (const revision of state.wanted) {
    const own = state.placed.filter(({ revisionId }) => revisionId === revision.revisionId);
    // All before anything is placed, which gives away more.
    const standings = own.map((replica) =>
      standingOf(
        replica,
        nodes.get(replica.nodeId),
        () => revision.pinnedNodeId === null && capacity.isDisplaced(replica),
      ),
    );
    const on = (standing: Standing): PlacedReplica[] =>
      own.filter((_, index) => standings[index] === standing);
    for (const replica of on('goes')) remove(plan, replica, 'its node gives way to other use');
    const staying = keep(revision, on('stays'), plan);
    place(revision, revision.replicas - staying.length, state, capacity, plan);
    letGo(revision, on('leaves'), staying, plan);
  }
  return plan;
}

/** Removes those beyond the wanted number; gives the others. */
function keep(
  { replicas }: WantedRevision,
  staying: readonly PlacedReplica[],
  plan: PlacementPlan,
): PlacedReplica[] {
  // Stable, so that of those alike the oldest come first.
  const inOrder = [...staying].sort((a, b) => Number(b.isReady) - Number(a.isReady));
  for (const replica of inOrder.slice(replicas)) remove(plan, replica, 'fewer are wanted');
  return inOrder.slice(0, replicas);
}

function place(
  revision: WantedRevision,
  missing: number,
  { needs }: PlacementState,
  capacity: NodeCapacity,
  plan: PlacementPlan,
): void {
  if (missing <= 0) return;
  const { deployment, revisionId, modelDigest, placement } = revision;
  const state = needs.get(revisionId) ?? { known: false, reason: MEASURING, refused: false };
  if (!state.known) {
    const { open, refusals } = capacity.openFor(revision);
    const reason = open.length > 0 ? state.reason : refusalText(revision, refusals);
    plan.reasons.set(deployment, reason);
    if (open.length > 0 && !state.refused) plan.measuring.add(deployment);
    return;
  }
  for (let left = missing; left > 0; left -= 1) {
    const { fitting, refusals } = capacity.offersFor(revision, state.need);
    const best = bestOf(fitting, placement.strategy);
    if (best === null) {
      plan.reasons.set(deployment, refusalText(revision, refusals));
      return;
    }
    const { nodeId, reserved } = best.node;
    capacity.promise({ deployment, revisionId, modelDigest, nodeId, reserved });
    plan.actions.push({ action: 'place', deployment, revisionId, nodeId, reserved, why: best.why });
  }
}

const MEASURING = 'Its need of memory is being measured.';
const SHOWN_REFUSALS = 6;

/** Those that leave go when they are not needed any more, the ready ones last. */
function letGo(
  { deployment, replicas }: WantedRevision,
  leaving: readonly PlacedReplica[],
  staying: readonly PlacedReplica[],
  plan: PlacementPlan,
): void {
  const ready = staying.filter(({ isReady }) => isReady).length;
  const needed = Math.max(0, replicas - ready);
  const inOrder = [...leaving].sort((a, b) => Number(b.isReady) - Number(a.isReady));
  for (const replica of inOrder.slice(needed)) remove(plan, replica, 'others took its place');
  const reason = plan.reasons.get(deployment);
  const kept = Math.min(needed, leaving.length);
  if (reason === undefined || kept === 0) return;
  const which = kept === 1 ? 'A replica stays' : `${kept} replicas stay`;
  plan.reasons.set(
    deployment,
    `${which} where it should leave, for no other node can take it: ${reason}`,
  );
}

function remove(plan: PlacementPlan, { replicaId, nodeId }: PlacedReplica, why: string): void {
  plan.actions.push({ action: 'remove', replicaId, nodeId, why });
}

/** As many refusals as a person reads, those nearest to fitting first. */
function refusalText(
  { pinnedNodeId }: Pick<WantedRevision, 'pinnedNodeId'>,
  refusals: readonly Refusal[],
): string {
  if (refusals.length === 0) {
    return pinnedNodeId === null
      ? 'No node has joined yet.'
      : `The node it is bound to, ${pinnedNodeId}, has not joined yet.`;
  }
  const sentences = refusals
    .slice(0, SHOWN_REFUSALS)
    .map(({ reason }) => `${capitalised(reason)}.`);
  const rest = refusals.length - SHOWN_REFUSALS;
  if (rest > 0) sentences.push(`${rest} more nodes cannot take it either.`);
  return sentences.join(' ').slice(0, 2000);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

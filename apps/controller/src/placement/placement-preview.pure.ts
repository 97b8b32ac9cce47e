/** What every node says to replicas of a revision that there is not yet. Pure. */
import type { NodeOffer } from '@corral/contracts/http';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';
import type { CandidateNode, PlacedReplica } from './candidate-node.pure.js';
import { fitOnDevices, type DeviceFit } from './device-fit.pure.js';
import { largestFit } from './largest-fit.pure.js';
import type { MemoryNeed } from './memory/memory-need.pure.js';
import { NodeCapacity } from './node-capacity.pure.js';
import { planPlacement, type PlacementAction } from './placement-plan.pure.js';

export interface PlacementPreview {
  /** Why fewer would be placed than asked for; null: all would be. */
  reason: string | null;
  /** Those that can take it first, and of those the ones that would. */
  nodes: NodeOffer[];
}

type Place = Extract<PlacementAction, { action: 'place' }>;

export function previewPlacement(
  revision: WantedRevision,
  need: MemoryNeed,
  { nodes, placed }: { nodes: readonly CandidateNode[]; placed: readonly PlacedReplica[] },
): PlacementPreview {
  const needs = new Map([[revision.revisionId, { known: true as const, need }]]);
  const plan = planPlacement({ wanted: [revision], placed, nodes, needs, frozen: null });
  // Those that it would remove are of other deployments, which are not asked about.
  const steps = plan.actions.filter((step): step is Place => step.action === 'place');
  const capacity = new NodeCapacity(nodes, placed);
  const { open, refusals } = capacity.openFor(revision);
  const offers = open.map((node) =>
    offerOf(
      node,
      revision,
      need,
      capacity,
      steps.filter(({ nodeId }) => nodeId === node.nodeId),
    ),
  );
  offers.sort((a, b) => b.replicas - a.replicas || Number(b.fits) - Number(a.fits));
  return {
    reason: plan.reasons.get(revision.deployment) ?? null,
    nodes: [
      ...offers,
      ...refusals.map(({ nodeId, name, reason }) => ({ ...NO_OFFER, nodeId, name, reason })),
    ],
  };
}

const NO_OFFER = {
  fits: false,
  replicas: 0,
  deviceKind: null,
  reserved: [],
  maxSlots: null,
  maxContextTokens: null,
};

function offerOf(
  node: CandidateNode,
  { placement }: WantedRevision,
  need: MemoryNeed,
  capacity: NodeCapacity,
  steps: readonly Place[],
): NodeOffer {
  const { nodeId, name } = node;
  const devices = capacity.freeOn(node);
  const fit = fitOnDevices(need, name, devices, placement);
  // On the devices that it would get, not on slower ones that have more memory.
  const deviceKind = fit.fits ? fit.kind : placement.deviceKind;
  const largest = largestFit(need, devices, { deviceKind });
  const common = { nodeId, name, replicas: steps.length, ...largest };
  if (!fit.fits) return { ...NO_OFFER, ...common, reason: fit.reason };
  const { kind, reserved } = fit;
  const reason = whyOf(fit, steps[0]);
  return { ...common, fits: true, deviceKind: kind, reserved, reason };
}

function whyOf(fit: Extract<DeviceFit, { fits: true }>, chosen: Place | undefined): string {
  if (chosen !== undefined) return chosen.why;
  return `it could take one too, on ${fit.reserved[0]?.deviceId ?? fit.kind}`;
}

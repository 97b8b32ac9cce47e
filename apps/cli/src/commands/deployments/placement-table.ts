/** A placement plan for a person: what it takes, and what each node says. */
import type { NodeOffer, PlacementPlanView } from '@corral/contracts/http';
import { formatBytes, table } from '../../output/table.js';

export function placementText(plan: PlacementPlanView): string {
  return [
    needLine(plan),
    ...(plan.nodes.length === 0
      ? []
      : ['', table(HEADINGS, plan.nodes.map(rowOf), '', ['REPLICAS', 'MAX SLOTS', 'MAX CONTEXT'])]),
    ...(plan.reason === null ? [] : ['', `Not all replicas find a place. ${plan.reason}`]),
  ].join('\n');
}

const HEADINGS = ['NODE', 'FITS', 'REPLICAS', 'TAKES', 'MAX SLOTS', 'MAX CONTEXT', 'REASON'];

/** On the CPU, since every machine has one. */
function needLine({ modelName, estimate }: PlacementPlanView): string {
  if (estimate === null) return `What ${modelName} takes is not known.`;
  const { slots, contextTokens, kvCacheBytes, cpu } = estimate;
  const total = cpu.weightsBytes + kvCacheBytes + cpu.computeBytes;
  return (
    `${modelName} with ${slots} slots of ${contextTokens.toLocaleString('en-GB')} tokens takes about ` +
    `${formatBytes(total)}: weights ${formatBytes(cpu.weightsBytes)}, ` +
    `KV ${formatBytes(kvCacheBytes)}, compute ${formatBytes(cpu.computeBytes)}.`
  );
}

function rowOf(offer: NodeOffer): string[] {
  const count = (value: number | null): string => value?.toLocaleString('en-GB') ?? '-';
  return [
    offer.name,
    offer.fits ? 'yes' : 'no',
    String(offer.replicas),
    offer.reserved.map(({ deviceId, bytes }) => `${deviceId} ${formatBytes(bytes)}`).join(', '),
    count(offer.maxSlots),
    count(offer.maxContextTokens),
    offer.reason,
  ];
}

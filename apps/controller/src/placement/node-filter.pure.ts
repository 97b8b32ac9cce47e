/**
 * Why a node cannot take a replica, the first reason that applies; memory is left to
 * `device-fit.ts`, after all of these. The order is from what is quickest to see for an admin:
 *
 * 1. heard of and ready  2. not revoked, drained, cordoned or yielding  3. labels  4. kind of
 * device  5. an engine that has told its version  6. the file, or a node to get it from and room
 * for it
 *
 * Of a deployment that is bound to one node, only that node is asked. Pure.
 */
import type { CandidateNode } from './candidate-node.pure.js';
import { gpuKinds } from './device-fit.pure.js';
import { gib } from './memory/gib.pure.js';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';

/** Left free on a node's disk when a model file is brought there. */
export const DISK_RESERVE_BYTES = 2 ** 30;

export interface FileSupply {
  /** Size of the file; null: no reachable node has it. */
  sizeBytes: number | null;
  /** On this node's disk, promised to files that are on their way to it. */
  promisedBytes: number;
}

/** Null: nothing speaks against it but, perhaps, memory. A sentence without its full stop. */
export function whyNotOn(
  revision: Pick<WantedRevision, 'placement' | 'spec' | 'modelDigest'>,
  node: CandidateNode,
  file: FileSupply,
): string | null {
  return (
    whyNotAvailable(node) ??
    whyNotEligible(revision, node) ??
    (node.engine === null ? `node ${node.name} has not told its engine's version yet` : null) ??
    whyNoFile(revision.modelDigest, node, file)
  );
}

/** Nothing new can be placed there at present, whatever it is. */
export function whyNotAvailable(node: CandidateNode): string | null {
  if (node.revoked) return `node ${node.name} is revoked`;
  if (!node.isReady) return `node ${node.name} is not reachable`;
  if (node.drained) return `node ${node.name} is drained`;
  if (node.cordoned) return `node ${node.name} is cordoned`;
  return node.yielding ? `node ${node.name} gives way to other use of the machine` : null;
}

function whyNotEligible(
  { placement, spec }: Pick<WantedRevision, 'placement' | 'spec'>,
  node: CandidateNode,
): string | null {
  for (const [key, value] of Object.entries(placement.nodeLabels)) {
    const has = node.labels[key];
    if (has === value) continue;
    return `node ${node.name} ${has === undefined ? `has no label ${key}` : `has ${key}=${has}`}, not ${key}=${value}`;
  }
  const { deviceKind } = placement;
  if (deviceKind === null || deviceKind === 'cpu') return null;
  if (gpuKinds(spec, node.devices, deviceKind).length > 0) return null;
  return spec.gpuLayers === 0
    ? `its spec asks for no layer on a GPU, its placement for ${deviceKind}`
    : `node ${node.name} has no ${deviceKind} device`;
}

function whyNoFile(
  digest: string,
  node: CandidateNode,
  { sizeBytes, promisedBytes }: FileSupply,
): string | null {
  if (node.modelBytes.has(digest)) return null;
  if (sizeBytes === null)
    return `node ${node.name} does not have the model file, nor has any other`;
  if (node.diskFreeBytes === null) return null;
  const freeBytes = node.diskFreeBytes - promisedBytes - DISK_RESERVE_BYTES;
  if (sizeBytes <= freeBytes) return null;
  return (
    `node ${node.name} has no room for the model file: ${gib(sizeBytes)} GiB, ` +
    `${gib(Math.max(0, freeBytes))} GiB of disk to spare`
  );
}

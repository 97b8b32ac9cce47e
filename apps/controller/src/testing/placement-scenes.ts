/** Machines, models and replicas for specs of placement; all sizes in GiB. */
import { placementSchema, replicaSpecSchema, type DeviceKind } from '@corral/contracts';
import type {
  CandidateNode,
  DeviceMemory,
  PlacedReplica,
} from '../placement/candidate-node.pure.js';
import type { MemoryNeed } from '../placement/memory/memory-need.pure.js';
import type { WantedRevision } from '../deployments/wanted-revision.pure.js';

export const GIB = 2 ** 30;

export function device(id: string, totalGib: number, freeGib = totalGib): DeviceMemory {
  const kind = id.replace(/\d+$/, '') as DeviceKind;
  return { id, kind, totalBytes: totalGib * GIB, freeBytes: freeGib * GIB };
}

/** Ready, with 16 GiB of memory of its own, no GPU, and the file `file` of 4 GiB. */
export function candidate(nodeId: string, change: Partial<CandidateNode> = {}): CandidateNode {
  return {
    nodeId,
    name: nodeId,
    isReady: true,
    lostForMs: null,
    cordoned: false,
    drained: false,
    yielding: false,
    revoked: false,
    labels: {},
    engine: '1.0',
    devices: [device('cpu', 16)],
    diskFreeBytes: 100 * GIB,
    modelBytes: new Map([['file', 4 * GIB]]),
    activeSlots: 0,
    ...change,
  };
}

/** One replica of revision `v1` of deployment `m`. */
export function wanted(change: Partial<WantedRevision> = {}): WantedRevision {
  return {
    deployment: 'm',
    revisionId: 'v1',
    modelDigest: 'file',
    spec: replicaSpecSchema.parse({}),
    replicas: 1,
    pinnedNodeId: null,
    placement: placementSchema.parse({}),
    ...change,
  };
}

/** A replica that is ready, on a node, with `gib` of the machine's memory. */
export function placed(
  replicaId: string,
  nodeId: string,
  change: Partial<PlacedReplica> = {},
): PlacedReplica {
  return {
    replicaId,
    nodeId,
    revisionId: 'v1',
    deployment: 'm',
    modelDigest: 'file',
    reserved: [],
    isLoaded: true,
    isReady: true,
    failedForMs: null,
    ...change,
  };
}

/** 4 GiB of weights, 3 of cache, 0.5 of computation, in 8 layers; no margin. */
export function need(change: Partial<MemoryNeed['estimate']> = {}): MemoryNeed {
  return {
    gpuLayers: 'auto',
    margins: { cpu: 1, cuda: 1, vulkan: 1, metal: 1 },
    estimate: {
      slots: 4,
      contextTokens: 8192,
      trainContextTokens: 32_768,
      layers: 8,
      kvCacheBytes: 3 * GIB,
      cpu: { weightsBytes: 4 * GIB, computeBytes: 0.5 * GIB },
      gpu: {
        weightsBytes: 3.6 * GIB,
        outputBytes: 0.4 * GIB,
        hostBytes: 0.4 * GIB,
        computeBytes: 0.5 * GIB,
      },
      ...change,
    },
  };
}

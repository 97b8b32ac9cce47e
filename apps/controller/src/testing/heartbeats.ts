import type { Heartbeat, ModelEstimate, StoredModel } from '@corral/contracts';

export const MODEL_DIGEST = 'ab'.repeat(32);

/** A model file that is complete in a node's store. */
export function storedModel(change: Partial<StoredModel> = {}): StoredModel {
  return {
    digest: MODEL_DIGEST,
    importId: null,
    fileName: 'tiny.gguf',
    sizeBytes: 1_000,
    state: 'ready',
    progress: null,
    failure: null,
    facts: null,
    ...change,
  };
}

/** A node with one CPU device that holds one model and runs nothing. */
export function heartbeatOf(nodeId: string, change: Partial<Heartbeat> = {}): Heartbeat {
  return {
    nodeId,
    bootId: `${nodeId}-boot`,
    sequence: 0,
    name: `machine ${nodeId}`,
    version: '0.0.0',
    platform: {
      os: 'linux',
      arch: 'x64',
      cores: 2,
      cpuModel: 'a CPU',
      node: '20',
      engine: 'node-llama-cpp 3',
    },
    devices: [
      {
        id: 'cpu',
        kind: 'cpu',
        name: 'a CPU',
        totalBytes: 16e9,
        usedBytes: 8e9,
        freeBytes: 8e9,
        powerWatts: null,
        ownBytes: 0,
        foreignBytes: 0,
      },
    ],
    disk: null,
    assignmentGeneration: 0,
    replicas: [],
    models: [storedModel()],
    fileServer: null,
    fetches: [],
    draining: false,
    polite: false,
    yielding: false,
    yieldingReason: null,
    ...change,
  };
}

/** What a node says that a model takes: next to nothing. */
export const SMALL_ESTIMATE: ModelEstimate = {
  slots: 4,
  contextTokens: 8192,
  trainContextTokens: 8192,
  layers: 2,
  kvCacheBytes: 1_000,
  cpu: { weightsBytes: 1_000, computeBytes: 1_000 },
  gpu: { weightsBytes: 1_000, outputBytes: 100, hostBytes: 100, computeBytes: 1_000 },
};

import type { OpenedRequest, OrphanedGeneration, SettledRequest } from '@corral/contracts';

export function openedRequest(change: Partial<OpenedRequest> = {}): OpenedRequest {
  return {
    requestId: 'req_1',
    controllerId: 'c-1',
    createdAt: new Date().toISOString(),
    keyId: 'key',
    teamId: 'default',
    userId: '',
    deployment: 'tiny',
    revisionId: 'revision',
    modelDigest: 'ab'.repeat(32),
    ...change,
  };
}

/** What a completed request of 15 tokens says to the ledger. */
export function settledRequest(change: Partial<SettledRequest> = {}): SettledRequest {
  return {
    ...openedRequest(),
    nodeId: 'gpu-1',
    replicaId: 'replica',
    status: 'completed',
    errorCode: null,
    finishReason: 'stop',
    attempts: 1,
    promptTokens: 10,
    cachedTokens: 4,
    completionTokens: 5,
    reasoningTokens: 0,
    wastedTokens: 0,
    queueMs: 0,
    prefillMs: 2,
    decodeMs: 3,
    ttftMs: 2,
    totalMs: 5,
    deviceMs: 4,
    millijoules: null,
    localMicrodollars: 40,
    energyMicrodollars: 10,
    cloudMicrodollars: 100,
    cloudPriceId: 'price',
    routing: null,
    leaseUse: [],
    ...change,
  };
}

/** What a worker reports of a stream that it had 15 tokens of. */
export function orphanedGeneration(change: Partial<OrphanedGeneration> = {}): OrphanedGeneration {
  return {
    generationId: 'req_1-0',
    attempt: 1,
    nodeId: 'gpu-1',
    replicaId: 'replica',
    promptTokens: 10,
    cachedTokens: 4,
    completionTokens: 5,
    prefillMs: 2.4,
    decodeMs: 3.6,
    deviceMs: 4.2,
    ...change,
  };
}

import type { UsageRow } from '../usage/usage-recorder.js';

/** The row of a completed request. */
export function usageRow(change: Partial<UsageRow> = {}): UsageRow {
  return {
    requestId: 'req_1',
    createdAt: new Date('2026-01-01T00:00:00.123Z'),
    keyId: 'key',
    deployment: 'tiny',
    revisionId: 'revision',
    modelDigest: 'ab'.repeat(32),
    nodeId: 'gpu-1',
    replicaId: 'replica',
    status: 'completed',
    errorCode: null,
    finishReason: 'stop',
    attempts: 1,
    promptTokens: 10,
    cachedTokens: 4,
    completionTokens: 5,
    wastedTokens: 0,
    queueMs: 0.4,
    prefillMs: 1.5,
    decodeMs: 2.5,
    ttftMs: 2,
    totalMs: 5.2,
    ...change,
  };
}

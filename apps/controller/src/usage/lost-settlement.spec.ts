import { MAX_COUNT } from '@corral/contracts';
import { openedRequest } from '../testing/settled-requests.js';
import { lostSettlement, type LostRow } from './lost-settlement.js';

type Stream = NonNullable<LostRow['generations']>[number];

function stream(change: Partial<Stream> = {}): Stream {
  return {
    attempt: 1,
    node_id: 'gpu-1',
    replica_id: 'r1',
    prompt_tokens: 10,
    cached_tokens: 4,
    completion_tokens: 5,
    prefill_ms: 2,
    decode_ms: 3,
    device_ms: 4,
    ...change,
  };
}

describe('a request whose controller died', () => {
  const opened = openedRequest();

  it('is booked as failed, with what was generated for all its choices', () => {
    const generations = [
      stream(),
      stream({ node_id: 'gpu-2', attempt: 3, prompt_tokens: 12, completion_tokens: 7 }),
    ];
    expect(lostSettlement({ opened, age_ms: 1_234.6, generations })).toEqual({
      ...opened,
      nodeId: 'gpu-1',
      replicaId: 'r1',
      status: 'failed',
      errorCode: 'controller_lost',
      finishReason: null,
      attempts: 3,
      // Once, however many choices have it.
      promptTokens: 12,
      cachedTokens: 4,
      completionTokens: 12,
      reasoningTokens: 0,
      wastedTokens: 0,
      queueMs: 0,
      prefillMs: 4,
      decodeMs: 6,
      deviceMs: 8,
      ttftMs: null,
      totalMs: 1_235,
    });
  });

  it('has cost nothing when no worker had it', () => {
    expect(lostSettlement({ opened, age_ms: -5, generations: null })).toMatchObject({
      nodeId: null,
      attempts: 0,
      promptTokens: 0,
      completionTokens: 0,
      totalMs: 0,
    });
  });

  it('never comes to more than the ledger can hold', () => {
    const generations = [stream({ device_ms: MAX_COUNT }), stream({ device_ms: MAX_COUNT })];
    expect(lostSettlement({ opened, age_ms: 1e12, generations })).toMatchObject({
      deviceMs: MAX_COUNT,
      totalMs: MAX_COUNT,
    });
  });
});

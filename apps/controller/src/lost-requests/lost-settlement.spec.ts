import { MAX_COUNT } from '@corral/contracts';
import { openedRequest } from '../testing/settled-requests.js';
import { lostSettlement, type LostRow } from './lost-settlement.pure.js';
import type { ReachedStream } from './reached-stream.pure.js';

type Stream = NonNullable<LostRow['generations']>[number];

function stream(change: Partial<Stream> = {}): Stream {
  return {
    generation_id: 'req_1-0',
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

function reachedStream(change: Partial<ReachedStream> = {}): ReachedStream {
  return {
    generationId: 'req_1-0',
    nodeId: 'gpu-9',
    replicaId: 'r9',
    attempt: 2,
    promptTokens: 11,
    cachedTokens: 3,
    completionTokens: 8,
    ...change,
  };
}

describe('a request whose controller died', () => {
  const opened = openedRequest();

  it('is booked as failed, with what was generated for all its choices', () => {
    const generations = [
      stream(),
      stream({
        generation_id: 'req_1-1',
        node_id: 'gpu-2',
        attempt: 3,
        prompt_tokens: 12,
        completion_tokens: 7,
      }),
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
      routing: null,
    });
  });

  it('is booked as far as its controller had said, where no worker could report', () => {
    const reached = [reachedStream({ generationId: 'req_1-1', completionTokens: 8 })];
    const row = lostSettlement({ opened, age_ms: 0, generations: [stream()] }, reached);
    expect(row).toMatchObject({ nodeId: 'gpu-1', completionTokens: 13, deviceMs: 4 });
    expect(lostSettlement({ opened, age_ms: 0, generations: null }, reached)).toMatchObject({
      nodeId: 'gpu-9',
      replicaId: 'r9',
      attempts: 2,
      promptTokens: 11,
      cachedTokens: 3,
      completionTokens: 8,
      deviceMs: 0,
    });
  });

  it('is booked with the worker’s figures or the controller’s, whichever are more', () => {
    const tokens = (reported: number, said: number): number =>
      lostSettlement(
        { opened, age_ms: 0, generations: [stream({ completion_tokens: reported })] },
        [reachedStream({ completionTokens: said })],
      ).completionTokens;
    expect(tokens(20, 15)).toBe(20);
    expect(tokens(15, 20)).toBe(20);
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
    const generations = ['req_1-0', 'req_1-1'].map((generation_id) =>
      stream({ generation_id, device_ms: MAX_COUNT }),
    );
    expect(lostSettlement({ opened, age_ms: 1e12, generations })).toMatchObject({
      deviceMs: MAX_COUNT,
      totalMs: MAX_COUNT,
    });
  });
});

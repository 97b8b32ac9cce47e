import { GREEDY_SAMPLING, type FrameStream, type GenerationRequest } from '@corral/contracts';
import { GenerationStream } from './generation-stream.js';

const REQUEST: GenerationRequest = {
  prompt: { kind: 'text', text: 'once' },
  sampling: GREEDY_SAMPLING,
  stop: [],
  maxTokens: 10,
  topLogprobs: null,
  cacheScope: 'team',
  acceptedTokens: [],
};

function piece(attempt: number, index: number, ...tokens: number[]): FrameStream {
  return { generationId: 'g', attempt, index, tokens, text: tokens.join(' ') };
}

function begun(): GenerationStream {
  const stream = new GenerationStream(REQUEST);
  stream.begin(1);
  return stream;
}

describe('a generation stream', () => {
  it('takes pieces in order', () => {
    const stream = begun();
    expect([stream.offer(piece(1, 0, 7, 8)), stream.offer(piece(1, 2, 9))]).toEqual([
      'taken',
      'taken',
    ]);
    expect(stream.tokens).toEqual([7, 8, 9]);
  });

  it('does not take a piece twice', () => {
    const stream = begun();
    stream.offer(piece(1, 0, 7));
    expect(stream.offer(piece(1, 0, 7))).toBe('stale');
    expect(stream.tokens).toEqual([7]);
  });

  it('sees that a piece is missing, and goes on when it has come', () => {
    const stream = begun();
    stream.offer(piece(1, 0, 7));
    expect(stream.offer(piece(1, 2, 9))).toBe('gap');
    expect(stream.nextIndex).toBe(1);
    stream.offer(piece(1, 1, 8));
    expect(stream.offer(piece(1, 2, 9))).toBe('taken');
  });

  it('ignores an attempt that has been given up', () => {
    const stream = begun();
    stream.offer(piece(1, 0, 7));
    stream.begin(2);
    expect(stream.offer(piece(1, 1, 666))).toBe('stale');
    expect(stream.offer(piece(2, 1, 8))).toBe('taken');
  });

  it('asks a further attempt only for what is missing', () => {
    const stream = begun();
    stream.offer(piece(1, 0, 7, 8, 9));
    expect(stream.begin(2)).toMatchObject({ acceptedTokens: [7, 8, 9], maxTokens: 7 });
    expect(stream.inheritedTokens).toBe(3);
  });

  it('takes nothing after its finish', () => {
    const stream = begun();
    const timings = { queueMs: 0, prefillMs: 0, decodeMs: 0, deviceMs: 0 };
    stream.offer({
      ...piece(1, 0, 7),
      finish: { reason: 'stop', promptTokens: 1, cachedTokens: 0, completionTokens: 1, timings },
    });
    expect(stream.offer(piece(1, 1, 8))).toBe('stale');
  });
});

import { generationRequestSchema, GREEDY_SAMPLING } from './index.js';

describe('a generation request', () => {
  const request = {
    prompt: { kind: 'chat', messages: [{ role: 'user', content: 'hi' }] },
    sampling: GREEDY_SAMPLING,
    stop: [],
    maxTokens: 8,
    topLogprobs: null,
    cacheScope: 'default',
    acceptedTokens: [],
  };

  it('is accepted when complete', () => {
    expect(generationRequestSchema.parse(request)).toEqual(request);
  });

  it('keeps its shape when a newer sender adds fields', () => {
    expect(generationRequestSchema.parse({ ...request, fromTheFuture: 1 })).toEqual(request);
  });

  it.each([
    ['an empty conversation', { prompt: { kind: 'chat', messages: [] } }],
    ['an empty stop string', { stop: [''] }],
    ['five stop strings', { stop: ['a', 'b', 'c', 'd', 'e'] }],
    ['maxTokens 0', { maxTokens: 0 }],
    ['a temperature that is no number', { sampling: { ...GREEDY_SAMPLING, temperature: NaN } }],
  ])('refuses %s', (_what, change) => {
    expect(generationRequestSchema.safeParse({ ...request, ...change }).success).toBe(false);
  });
});

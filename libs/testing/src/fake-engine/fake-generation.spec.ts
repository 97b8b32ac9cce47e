import { GREEDY_SAMPLING, type GenerationRequest } from '@corral/contracts';
import { FakeGeneration } from './fake-generation.js';
import { FAKE_DEFAULTS } from './fake-options.js';

function generationOf(change: Partial<GenerationRequest> = {}): FakeGeneration {
  const request: GenerationRequest = {
    prompt: { kind: 'text', text: 'hello' },
    sampling: GREEDY_SAMPLING,
    stop: [],
    maxTokens: 3,
    topLogprobs: null,
    cacheScope: 'spec',
    acceptedTokens: [],
    ...change,
  };
  return new FakeGeneration('key', request, { ...FAKE_DEFAULTS, contextTokens: 100 });
}

describe('a generation of the fake engine', () => {
  it('tells its prompt once, and in its finish what the device did for it', () => {
    const generation = generationOf();
    generation.enterSlot();
    const pieces = [1, 2, 3].map((deviceMs) => {
      generation.charge(deviceMs);
      return generation.decode();
    });
    expect(pieces.map((piece) => piece?.prompt)).toEqual([
      { tokens: 5, cachedTokens: 0 },
      undefined,
      undefined,
    ]);
    expect(pieces[2]?.finish).toMatchObject({ reason: 'length', timings: { deviceMs: 6 } });
  });

  it('tells its prompt with its finish when that is all', () => {
    const { prompt, finish } = generationOf().finish('cancelled');
    expect(prompt).toEqual({ tokens: 5, cachedTokens: 0 });
    expect(finish).toMatchObject({ reason: 'cancelled', promptTokens: 5 });
  });

  it('is refused when prompt and answer exceed the context, its own or the smaller one asked for', () => {
    expect(generationOf({ maxTokens: 95 }).refusal()).toBeNull();
    expect(generationOf({ maxTokens: 96 }).refusal()?.code).toBe('context_length_exceeded');
    expect(generationOf({ maxContextTokens: 7 }).refusal()?.message).toContain('context of 7');
  });

  it('ends where the context that it may use ends', () => {
    const generation = generationOf({ maxTokens: null, maxContextTokens: 6 });
    expect(generation.decode()).toMatchObject({
      finish: { reason: 'length', completionTokens: 1 },
    });
  });
});

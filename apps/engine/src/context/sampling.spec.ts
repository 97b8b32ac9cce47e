import { GREEDY_SAMPLING, type Sampling } from '@corral/contracts';
import { planSampling, samplerConfigAt, tokenSeed, type SamplingPlan } from './sampling.js';

function plan(overrides: Partial<Sampling>): SamplingPlan {
  return planSampling(
    { ...GREEDY_SAMPLING, ...overrides },
    { topLogprobs: null, contextTokens: 512, drawSeed: () => 99 },
  );
}

describe('planSampling', () => {
  it('leaves every sampler out of a greedy draw', () => {
    expect(plan({ topK: 40, topP: 0.5, minP: 0.1 })).toMatchObject({
      base: { temperature: 0 },
      seed: null,
      changesEachToken: false,
    });
    expect(Object.keys(plan({ topK: 40, topP: 0.5 }).base)).toEqual(['temperature']);
  });

  it('leaves out samplers that would keep every token', () => {
    expect(plan({ temperature: 1 }).base).toEqual({ temperature: 1 });
    expect(plan({ temperature: 1, topK: 5, topP: 0.9, minP: 0.05 }).base).toEqual({
      temperature: 1,
      topK: 5,
      topP: 0.9,
      minP: 0.05,
    });
  });

  it('draws a seed only where none is given', () => {
    expect(plan({ temperature: 1 })).toMatchObject({ seed: 99, changesEachToken: false });
    expect(plan({ temperature: 1, seed: 0 })).toMatchObject({ seed: 0, changesEachToken: true });
  });

  it('bans a token with a bias of -100 and takes other biases as they are', () => {
    const { tokenBiasKeys, tokenBiasValues } = plan({
      logitBias: [
        [7, -100],
        [8, 2.5],
      ],
    }).base;
    expect([...(tokenBiasKeys ?? [])]).toEqual([7, 8]);
    expect([...(tokenBiasValues ?? [])]).toEqual([-Infinity, 2.5]);
  });

  it('lets penalties see the generated tokens over the whole context', () => {
    const penalised = plan({ presencePenalty: 0.5 });
    expect(penalised).toMatchObject({ penalises: true, base: { repeatPenaltyMaxTokens: 512 } });
    expect(samplerConfigAt(penalised, 2, [4, 5]).repeatPenaltyTokens).toEqual(Uint32Array.of(4, 5));
  });
});

describe('tokenSeed', () => {
  it('depends on seed and index alone, so a resumed generation draws the same', () => {
    const seeded = plan({ temperature: 1, seed: 42 });
    expect(samplerConfigAt(seeded, 10, []).seed).toBe(tokenSeed(42, 10));
    expect(tokenSeed(42, 10)).toBe(tokenSeed(42, 10));
  });

  it('differs between neighbouring tokens and neighbouring seeds', () => {
    const seeds = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      for (let index = 0; index < 50; index++) seeds.add(tokenSeed(seed, index));
    }
    expect(seeds.size).toBe(2500);
    for (const seed of seeds) expect(seed).toBeLessThan(2 ** 32);
  });
});

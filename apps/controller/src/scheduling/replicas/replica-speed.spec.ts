import type { EngineStats } from '@corral/contracts';
import { ReplicaSpeed } from './replica-speed.pure.js';

/** An engine whose step takes a + b per stream + c per prompt token, seen each second. */
function heartbeats(a: number, b: number, c: number, count: number, noise = 0): EngineStats[] {
  const total = { steps: 0, decodedTokens: 0, prefillTokens: 0, decodeMs: 0 };
  return Array.from({ length: count + 1 }, (_, n) => {
    const steps = n === 0 ? 0 : 20 + (n % 5);
    const streams = 1 + ((n * 7) % 12);
    const prompt = ((n * 13) % 10) * 100;
    total.steps += steps;
    total.decodedTokens += steps * streams;
    total.prefillTokens += prompt;
    const exact = steps * a + steps * streams * b + prompt * c;
    total.decodeMs += exact * (1 + (n % 2 === 0 ? noise : -noise));
    return { decodeBatchSizes: [], partialSteps: 0, cachedTokens: 0, ...total };
  });
}

function learned(samples: EngineStats[]): number[] {
  const speed = new ReplicaSpeed();
  for (const stats of samples) speed.observe(stats);
  return [speed.stepMs, speed.perStreamMs, speed.perPromptTokenMs];
}

describe('the speed of a replica', () => {
  it('is the usual one until something is known', () => {
    expect(learned([])).toEqual([20, 1, 1]);
    expect(learned(heartbeats(18, 0.4, 0.125, 0))).toEqual([20, 1, 1]);
  });

  it('is found from counters within half a minute', () => {
    const [step = 0, stream = 0, prompt = 0] = learned(heartbeats(18, 0.4, 0.125, 30));
    expect(step).toBeCloseTo(18, 0);
    expect(stream).toBeCloseTo(0.4, 1);
    expect(prompt).toBeCloseTo(0.125, 1);
  });

  it('tells a slow machine from a fast one in spite of noise', () => {
    const slow = learned(heartbeats(80, 6, 4, 30, 0.1));
    const fast = learned(heartbeats(8, 0.6, 0.4, 30, 0.1));
    expect(slow.map((cost, at) => cost / (fast[at] ?? 0) > 4)).toEqual([true, true, true]);
  });

  it('is never nothing, whatever the counters say', () => {
    const stuck = heartbeats(0, 0, 0, 30);
    expect(learned(stuck).every((cost) => cost > 0)).toBe(true);
  });

  it('starts anew from the counters of an engine that was started again', () => {
    const speed = new ReplicaSpeed();
    const [first, second] = heartbeats(18, 0.4, 0.125, 1);
    speed.observe(second ?? null);
    speed.observe(first ?? null);
    expect(speed.stepMs).toBe(20);
  });
});

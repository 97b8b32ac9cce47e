/**
 * The contract with node-llama-cpp, checked against the real addon: what the native context calls
 * is there and does what the step loop relies on. When an upgrade moves something, this fails.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GREEDY_SAMPLING, replicaSpecSchema } from '@corral/contracts';
import { TINY, writeGguf } from '@corral/testing';
import { jest } from '@jest/globals';
import { planSampling } from './sampling.js';
import { loadModel } from '../load/load-model.js';
import type { BatchEntry, DecodeContext } from './decode-context.js';
import { NativeContext } from './native-context.js';
import { findNativeSurface } from './native-surface.js';
import { PassCosts } from './pass-costs.pure.js';

jest.setTimeout(120_000);

let folder: string;
let native: NativeContext;
let publicApi: DecodeContext;

async function open(api: 'native' | 'public'): Promise<DecodeContext> {
  const spec = replicaSpecSchema.parse({
    slots: 8,
    contextTokens: 256,
    gpuLayers: 0,
    // The plain kernel computes a sequence alike in batches of any shape.
    flashAttention: false,
  });
  const modelPath = join(folder, 'tiny.gguf');
  const loaded = await loadModel({ modelPath, spec, maxThreads: 1, api });
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return loaded.model.context;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corral-context-'));
  await writeGguf(join(folder, 'tiny.gguf'), { shape: TINY, weightType: 'f32', seed: 11 });
  const opened = await open('native');
  if (!(opened instanceof NativeContext)) throw new Error('the native surface is not found');
  native = opened;
  publicApi = await open('public');
});

afterAll(async () => {
  await native?.dispose();
  await publicApi?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const PLAN = planSampling(GREEDY_SAMPLING, {
  topLogprobs: null,
  contextTokens: 256,
  drawSeed: () => 1,
});

/** Decodes prompts side by side, and then `count` tokens of each; slots by index unless named. */
async function generate(
  context: DecodeContext,
  prompts: number[][],
  count: number,
  slots = prompts.map((_, i) => i),
): Promise<number[][]> {
  const samplers = prompts.map(() => context.openSampler(PLAN));
  const drawn: number[][] = prompts.map(() => []);
  const positions = prompts.map(() => 0);
  let next = prompts.map((prompt) => Uint32Array.from(prompt));
  for (let step = 0; step < count; step++) {
    const entries: BatchEntry[] = prompts.map((_, i) => ({
      slot: slots[i] ?? 0,
      position: positions[i] ?? 0,
      tokens: next[i] ?? new Uint32Array(0),
      sampler: samplers[i] ?? null,
    }));
    samplers.forEach((sampler, i) => sampler.aim(step, drawn[i] ?? []));
    const sampled = await context.step(entries);
    sampled.forEach((result, i) => {
      positions[i] = (positions[i] ?? 0) + (entries[i]?.tokens.length ?? 0);
      drawn[i]?.push(result?.token ?? -1);
    });
    next = sampled.map((result) => Uint32Array.of(result?.token ?? 0));
  }
  samplers.forEach((sampler) => sampler.dispose());
  for (const slot of slots) await context.truncate(slot, 0);
  return drawn;
}

const PROMPTS = [[10, 20, 30], [40], [50, 60, 70, 80], [5, 5]];

describe('the native surface of node-llama-cpp', () => {
  it('is found, so the fast path is used', () => {
    expect(native.api).toBe('native');
    expect(native.copiesSequences).toBe(true);
  });

  it('is reported as missing rather than called when an upgrade has moved it', () => {
    const moved = { _ctx: { initBatch: () => undefined }, model: { llama: {} } };
    const lookup = findNativeSurface(moved as never);
    expect(lookup).toEqual({
      found: false,
      missing: expect.arrayContaining(['decodeBatch', 'sampleToken', 'AddonSampler', 'model']),
    });
  });
});

describe.each([['native'], ['public']] as const)('the %s context', (api) => {
  const context = (): DecodeContext => (api === 'native' ? native : publicApi);

  it('gives a batch of sequences the tokens that each gets alone', async () => {
    const together = await generate(context(), PROMPTS, 12);
    for (const [i, prompt] of PROMPTS.entries()) {
      expect(together[i]).toEqual((await generate(context(), [prompt], 12, [i]))[0]);
    }
  });

  it('goes on after a cut as if the rest had never been', async () => {
    const [expected] = await generate(context(), [[1, 2, 3, 4]], 4);
    const sampler = context().openSampler(PLAN);
    const entry = (position: number, tokens: number[]): BatchEntry => ({
      slot: 0,
      position,
      tokens: Uint32Array.from(tokens),
      sampler: null,
    });
    await context().step([entry(0, [1, 2, 9, 9, 9])]);
    expect(await context().truncate(0, 2)).toBe(true);
    sampler.aim(0, []);
    const [sampled] = await context().step([{ ...entry(2, [3, 4]), sampler }]);
    expect(sampled?.token).toBe(expected?.[0]);
    sampler.dispose();
    await context().truncate(0, 0);
  });

  it('reports log-probabilities', async () => {
    const plan = { ...PLAN, topLogprobs: 3 };
    const sampler = context().openSampler(plan);
    sampler.aim(0, []);
    const tokens = Uint32Array.of(1, 2);
    const [sampled] = await context().step([{ slot: 0, position: 0, tokens, sampler }]);
    expect(sampled?.logprobs?.top).toHaveLength(3);
    expect(sampled?.logprobs?.top[0]?.token).toBe(sampled?.token);
    expect(sampled?.logprobs?.own).toBeCloseTo(sampled?.logprobs?.top[0]?.logprob ?? NaN);
    sampler.dispose();
    await context().truncate(0, 0);
  });
});

describe('both contexts', () => {
  it('give the same tokens', async () => {
    const fromNative = await generate(native, PROMPTS, 12);
    expect(await generate(publicApi, PROMPTS, 12)).toEqual(fromNative);
  });
});

describe('the native context', () => {
  it('gives the same tokens in one pass, in one each, and with gaps, filled or not', async () => {
    const expected = await generate(native, PROMPTS, 12);
    const { costs } = native;
    const splitting = new PassCosts(
      new Map([
        [1, 1],
        [8, 100],
      ]),
    );
    const filling = PassCosts.UNMEASURED;
    expect([splitting.splits(4), filling.maxFilledGap]).toEqual([true, 4]);
    for (native.costs of [
      splitting,
      filling,
      new PassCosts(
        new Map([
          [1, 1],
          [2, 2],
        ]),
      ),
    ]) {
      expect(await generate(native, PROMPTS, 12)).toEqual(expected);
      expect(await generate(native, PROMPTS, 12, [0, 2, 5, 7])).toEqual(expected);
    }
    native.costs = costs;
  });

  it('leaves what an idle sequence holds untouched by the batches around it', async () => {
    const { costs } = native;
    native.costs = PassCosts.UNMEASURED;
    const [expected] = await generate(native, [[1, 2, 3]], 3, [1]);
    const held = Uint32Array.of(1, 2);
    await native.step([{ slot: 1, position: 0, tokens: held, sampler: null }]);
    await generate(native, [[7], [8]], 5, [0, 2]);
    const sampler = native.openSampler(PLAN);
    sampler.aim(0, []);
    const tokens = Uint32Array.of(3);
    const [sampled] = await native.step([{ slot: 1, position: 2, tokens, sampler }]);
    expect(sampled?.token).toBe(expected?.[0]);
    sampler.dispose();
    await native.truncate(1, 0);
    native.costs = costs;
  });

  it('copies a sequence, which then goes its own way', async () => {
    const expected = await generate(native, [[1, 2, 3, 4]], 1, [3]);
    const tokens = Uint32Array.of(1, 2, 9);
    await native.step([{ slot: 0, position: 0, tokens, sampler: null }]);
    await native.copy(3, 0);
    await native.truncate(3, 2);
    const sampler = native.openSampler(PLAN);
    sampler.aim(0, []);
    const rest = Uint32Array.of(3, 4);
    const [, sampled] = await native.step([
      { slot: 0, position: 3, tokens: Uint32Array.of(5), sampler: null },
      { slot: 3, position: 2, tokens: rest, sampler },
    ]);
    expect(sampled?.token).toBe(expected[0]?.[0]);
    sampler.dispose();
  });
});

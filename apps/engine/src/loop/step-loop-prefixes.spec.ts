import { expectedTokens } from '../testing/fake-decode-context.js';
import { LoopBench } from '../testing/loop-bench.js';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

describe('StepLoop, of what prompts have in common', () => {
  it('reuses the prefix that an idle slot holds, with the same result', async () => {
    const bench = new LoopBench();
    const prompt = range(1, 60);
    bench.submit({ key: 'cold', promptTokens: prompt });
    await bench.idle();
    bench.submit({ key: 'warm', promptTokens: prompt });
    await bench.idle();
    expect(bench.tokens('warm')).toEqual(bench.tokens('cold'));
    expect(bench.finish('cold')?.cachedTokens).toBe(0);
    expect(bench.finish('warm')?.cachedTokens).toBe(prompt.length - 1);
    const prompts = bench.steps('warm').map((step) => step.prompt);
    expect(prompts[0]).toEqual({ tokens: prompt.length, cachedTokens: prompt.length - 1 });
    expect(prompts.slice(1).every((told) => told === undefined)).toBe(true);
    await bench.end();
  });

  it('continues a conversation in the slot that holds its past', async () => {
    const bench = new LoopBench();
    bench.submit({ key: 'one', promptTokens: [1, 2, 3] });
    await bench.idle();
    const past = [1, 2, 3, ...bench.tokens('one')];
    bench.submit({ key: 'two', promptTokens: [...past, 50, 51] });
    await bench.idle();
    // The last token of an answer was drawn but never decoded.
    expect(bench.finish('two')?.cachedTokens).toBe(past.length - 1);
    expect(bench.tokens('two')).toEqual(expectedTokens([...past, 50, 51], 16));
    await bench.end();
  });

  it('copies a long prefix from a running slot, with the same result', async () => {
    const bench = new LoopBench({ contextTokens: 512, batchTokens: 256 });
    const shared = range(1, 100);
    bench.submit({ key: 'first', promptTokens: [...shared, 50], maxTokens: 30 });
    bench.context.onStep = (step) => {
      if (step === 3) bench.submit({ key: 'second', promptTokens: [...shared, 51] });
    };
    await bench.idle();
    expect(bench.context.copies).toEqual([{ target: 1, source: 0 }]);
    expect(bench.finish('second')?.cachedTokens).toBe(shared.length);
    expect(bench.tokens('second')).toEqual(expectedTokens([...shared, 51], 16));
    expect(bench.tokens('first')).toEqual(expectedTokens([...shared, 50], 30));
    await bench.end();
  });

  it('computes what prompts begin with once, when they come together', async () => {
    const bench = new LoopBench({ contextTokens: 512, batchTokens: 64 });
    const shared = range(1, 200);
    for (const last of [50, 51, 52]) {
      bench.submit({ key: `p${last}`, promptTokens: [...shared, last] });
    }
    await bench.idle();
    expect(bench.context.copies).toEqual([
      { target: 1, source: 0 },
      { target: 2, source: 0 },
    ]);
    const cached = ['p50', 'p51', 'p52'].map((key) => bench.finish(key)?.cachedTokens);
    expect(cached).toEqual([0, shared.length, shared.length]);
    for (const last of [50, 51, 52]) {
      expect(bench.tokens(`p${last}`)).toEqual(expectedTokens([...shared, last], 16));
    }
    await bench.end();
  });

  it('computes a long prompt in the turn of a short one that waits for its beginning', async () => {
    const bench = new LoopBench({ contextTokens: 1_024, batchTokens: 64 });
    const shared = range(1, 100);
    bench.submit({ key: 'long', promptTokens: [...shared, ...range(300, 1_000)], maxTokens: 1 });
    bench.submit({ key: 'other', promptTokens: range(500, 800), maxTokens: 1 });
    bench.submit({ key: 'short', promptTokens: [...shared, 7], maxTokens: 1 });
    await bench.idle();
    const ends = bench.messages.flat().map(({ key }) => key);
    expect(ends).toEqual(['short', 'other', 'long']);
    expect(bench.finish('short')?.cachedTokens).toBe(shared.length);
    await bench.end();
  });

  it('does not wait for a prompt that is cancelled', async () => {
    const bench = new LoopBench({ contextTokens: 512, batchTokens: 64 });
    const shared = range(1, 200);
    bench.submit({ key: 'first', promptTokens: [...shared, 50] });
    bench.submit({ key: 'second', promptTokens: [...shared, 51] });
    bench.context.onStep = (step) => {
      if (step === 1) bench.loop.cancel('first');
    };
    await bench.idle();
    expect(bench.finish('first')?.reason).toBe('cancelled');
    expect(bench.tokens('second')).toEqual(expectedTokens([...shared, 51], 16));
    await bench.end();
  });

  it('shares nothing between scopes', async () => {
    const bench = new LoopBench();
    bench.submit({ key: 'a', promptTokens: range(1, 50), cacheScope: 'team-a' });
    await bench.idle();
    bench.submit({ key: 'b', promptTokens: range(1, 50), cacheScope: 'team-b' });
    await bench.idle();
    expect(bench.finish('b')?.cachedTokens).toBe(0);
    await bench.end();
  });

  it('works on a model whose sequences cannot be cut', async () => {
    const bench = new LoopBench({ slots: 1, reusesPrefixes: false, copiesSequences: false });
    for (const key of ['a', 'b']) bench.submit({ key, promptTokens: [4, 5, 6] });
    await bench.idle();
    expect(bench.tokens('b')).toEqual(expectedTokens([4, 5, 6], 16));
    expect(bench.finish('b')?.cachedTokens).toBe(0);
    await bench.end();
  });

  it('tells which blocks of which prompts its slots hold', async () => {
    const bench = new LoopBench({ slots: 2, contextTokens: 128, batchTokens: 32 });
    bench.submit({ key: 'a', promptTokens: range(0, 40), maxTokens: 2, prefixHashes: [1, 2] });
    await bench.idle();
    expect(bench.heldPrefixes).toEqual([[1, 2]]);
    bench.submit({ key: 'b', promptTokens: range(0, 60), maxTokens: 2, prefixHashes: [1, 2, 3] });
    bench.submit({ key: 'c', promptTokens: range(70, 90), maxTokens: 2, prefixHashes: [7] });
    await bench.idle();
    expect(bench.heldPrefixes).toEqual([[1, 2, 3], [7]]);
    await bench.end();
  });
});

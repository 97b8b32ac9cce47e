import { expectedTokens } from '../testing/fake-decode-context.js';
import { LoopBench } from '../testing/loop-bench.js';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

describe('StepLoop', () => {
  it('generates what the model generates after the prompt', async () => {
    const bench = new LoopBench();
    bench.submit({ key: 'a', promptTokens: [5, 6, 7], maxTokens: 10 });
    await bench.idle();
    expect(bench.tokens('a')).toEqual(expectedTokens([5, 6, 7], 10));
    expect(bench.finish('a')).toMatchObject({
      reason: 'length',
      promptTokens: 3,
      completionTokens: 10,
    });
    await bench.end();
  });

  it('keeps concurrent streams apart and sends one message per step for all of them', async () => {
    const bench = new LoopBench({ slots: 4 });
    const prompts = [[1], [2, 2], [3, 3, 3], [4, 4, 4, 4]];
    prompts.forEach((promptTokens, i) => bench.submit({ key: `s${i}`, promptTokens }));
    await bench.idle();
    prompts.forEach((prompt, i) => {
      expect(bench.tokens(`s${i}`)).toEqual(expectedTokens(prompt, 16));
    });
    expect(bench.messages).toHaveLength(16);
    expect(bench.messages.every((message) => message.length === 4)).toBe(true);
    await bench.end();
  });

  it('decodes every running sequence in every step', async () => {
    const bench = new LoopBench({ slots: 4 });
    range(0, 4).forEach((i) => bench.submit({ key: `s${i}`, promptTokens: [i + 1] }));
    await bench.idle();
    const stats = bench.loop.statistics.snapshot();
    expect(stats.decodeBatchSizes).toEqual([1, 0, 0, 0, 15]);
    expect(stats.partialSteps).toBe(0);
    expect(stats).toMatchObject({ prefillTokens: 4, decodedTokens: 64 });
    await bench.end();
  });

  it('numbers the pieces of a stream without gap', async () => {
    const bench = new LoopBench();
    bench.submit({ key: 'a', promptTokens: [5], acceptedTokens: [8, 9] });
    await bench.idle();
    let next = 2;
    for (const step of bench.steps('a')) {
      expect(step.index).toBe(next);
      next += step.tokens.length;
    }
    expect(next).toBe(2 + 16);
    await bench.end();
  });

  it('resumes after accepted tokens exactly', async () => {
    const whole = expectedTokens([5, 6], 12);
    const bench = new LoopBench();
    bench.submit({
      key: 'a',
      promptTokens: [5, 6],
      acceptedTokens: whole.slice(0, 7),
      maxTokens: 5,
    });
    await bench.idle();
    expect(bench.tokens('a')).toEqual(whole.slice(7));
    await bench.end();
  });

  it('prefills a long prompt in chunks beside a running stream', async () => {
    const bench = new LoopBench({ batchTokens: 32, contextTokens: 512 });
    bench.submit({ key: 'runs', promptTokens: [1], maxTokens: 40 });
    bench.context.onStep = (step) => {
      if (step === 3) bench.submit({ key: 'long', promptTokens: range(0, 200), maxTokens: 2 });
    };
    await bench.idle();
    expect(bench.tokens('runs')).toEqual(expectedTokens([1], 40));
    expect(bench.tokens('long')).toEqual(expectedTokens(range(0, 200), 2));
    const chunks = bench.context.steps.filter((step) => step.some((entry) => entry.count > 1));
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.every((step) => step.some((entry) => entry.slot === 0))).toBe(true);
    await bench.end();
  });

  it('divides the time of every step among the streams in it, and none is left over', async () => {
    const bench = new LoopBench({ slots: 3, batchTokens: 32, contextTokens: 512 });
    let busyMs = 0;
    bench.context.onStep = (step) => {
      const stepMs = 1 + (step % 7);
      busyMs += stepMs;
      bench.nowMs += stepMs;
      if (step === 12) bench.loop.cancel('cancelled');
      if (step === 20) bench.context.failures.push(new Error('Eval has failed'));
    };
    bench.submit({ key: 'short', promptTokens: [1], maxTokens: 5 });
    bench.submit({ key: 'long', promptTokens: range(0, 200), maxTokens: 3 });
    bench.submit({ key: 'cancelled', promptTokens: [2, 2], maxTokens: 100 });
    bench.submit({ key: 'failed', promptTokens: [3], maxTokens: 100 });
    bench.submit({ key: 'queued', promptTokens: [4], maxTokens: 30 });
    await bench.idle();
    const keys = ['short', 'long', 'cancelled', 'failed', 'queued'];
    const finishes = keys.map((key) => bench.finish(key));
    expect(finishes.map((finish) => finish?.reason)).toEqual(
      expect.arrayContaining(['length', 'cancelled', 'error']),
    );
    const charged = finishes.map((finish) => finish?.timings.deviceMs ?? 0);
    for (const deviceMs of charged) expect(deviceMs).toBeGreaterThan(0);
    expect(charged.reduce((sum, deviceMs) => sum + deviceMs, 0)).toBeCloseTo(busyMs, 9);
    // Its 200 prompt tokens are most of what was in the batches.
    expect(charged[1]).toBeGreaterThan(charged[0] ?? Infinity);
    await bench.end();
  });

  it('charges nothing for the time in which nothing is decoded', async () => {
    const bench = new LoopBench({ slots: 1 });
    bench.submit({ key: 'a', promptTokens: [1], maxTokens: 4 });
    bench.submit({ key: 'b', promptTokens: [2] });
    bench.nowMs += 500;
    bench.loop.cancel('b');
    await bench.idle();
    expect(bench.finish('a')?.timings).toMatchObject({ queueMs: 500, deviceMs: 0 });
    expect(bench.finish('b')?.timings).toMatchObject({ deviceMs: 0 });
    await bench.end();
  });

  it('queues what finds no slot, first come first served', async () => {
    const bench = new LoopBench({ slots: 1 });
    ['a', 'b', 'c'].forEach((key) => bench.submit({ key, promptTokens: [7], maxTokens: 2 }));
    expect(bench.loop.queued).toBe(3);
    await bench.idle();
    const finished = bench.messages.flat().filter((step) => step.finish);
    expect(finished.map((step) => step.key)).toEqual(['a', 'b', 'c']);
    await bench.end();
  });

  it('frees the slot of a cancelled stream within two steps', async () => {
    const bench = new LoopBench({ slots: 1, contextTokens: 1024 });
    bench.context.onStep = (step) => {
      if (step === 5) bench.loop.cancel('a');
    };
    bench.submit({ key: 'a', promptTokens: [1], maxTokens: 1000 });
    bench.submit({ key: 'b', promptTokens: [2], maxTokens: 1 });
    await bench.idle();
    expect(bench.finish('a')).toMatchObject({ reason: 'cancelled', completionTokens: 5 });
    expect(bench.finish('b')).toMatchObject({ reason: 'length' });
    expect(bench.context.steps).toHaveLength(6);
    await bench.end();
  });

  it('cancels a queued stream without decoding it', async () => {
    const bench = new LoopBench({ slots: 1 });
    bench.submit({ key: 'a', promptTokens: [1], maxTokens: 4 });
    bench.submit({ key: 'b', promptTokens: [2] });
    bench.loop.cancel('b');
    await bench.idle();
    expect(bench.finish('b')).toMatchObject({ reason: 'cancelled', completionTokens: 0 });
    await bench.end();
  });

  it('drops a stream whose time is over before it gets a slot', async () => {
    const bench = new LoopBench({ slots: 1 });
    bench.context.onStep = () => {
      bench.nowMs += 10;
    };
    bench.submit({ key: 'a', promptTokens: [1], maxTokens: 16 });
    bench.submit({ key: 'late', promptTokens: [2], deadlineAtMs: 50 });
    await bench.idle();
    expect(bench.finish('late')).toMatchObject({
      reason: 'error',
      failure: { code: 'deadline_exceeded' },
    });
    expect(bench.finish('a')?.reason).toBe('length');
    await bench.end();
  });

  it('ends the streams of a failed decode and serves the next ones', async () => {
    const bench = new LoopBench({ slots: 2 });
    bench.context.onStep = (step) => {
      if (step === 4) bench.context.failures.push(new Error('Eval has failed'));
    };
    bench.submit({ key: 'a', promptTokens: [1] });
    bench.submit({ key: 'b', promptTokens: [2] });
    bench.submit({ key: 'c', promptTokens: [3] });
    await bench.idle();
    for (const key of ['a', 'b']) {
      expect(bench.finish(key)).toMatchObject({
        reason: 'error',
        failure: { code: 'engine_crashed' },
      });
    }
    expect(bench.tokens('c')).toEqual(expectedTokens([3], 16));
    expect(bench.context.openSamplers).toBe(0);
    await bench.end();
  });

  it('gives up when decodes fail again and again', async () => {
    const bench = new LoopBench({ slots: 1 });
    bench.context.failures = [new Error('x'), new Error('x'), new Error('x')];
    ['a', 'b', 'c'].forEach((key) => bench.submit({ key, promptTokens: [1] }));
    await expect(bench.running).rejects.toThrow('3 decodes failed in a row');
    expect(bench.finish('c')?.failure?.code).toBe('engine_crashed');
  });

  it('ends a stream for which no token is possible', async () => {
    const bench = new LoopBench({ next: () => -1 });
    bench.submit({ key: 'a', promptTokens: [1] });
    await bench.idle();
    expect(bench.finish('a')).toMatchObject({ failure: { code: 'internal_error' } });
    await bench.end();
  });

  it('sends statistics each second while active, once when idle, and then sleeps', async () => {
    const bench = new LoopBench();
    bench.context.onStep = () => {
      bench.nowMs += 250;
    };
    bench.submit({ key: 'a', promptTokens: [1], maxTokens: 12 });
    await bench.idle();
    expect(bench.stats.map((sample) => sample.activeSlots)).toEqual([1, 1, 0, 0]);
    const steps = bench.context.steps.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.context.steps).toHaveLength(steps);
    expect(bench.stats).toHaveLength(4);
    await bench.end();
  });

  it('sends statistics each second while it sleeps too, so that nobody takes it for hung', async () => {
    const bench = new LoopBench();
    for (let looks = 0; looks < 12; looks++) {
      bench.nowMs += 250;
      bench.loop.reportAlive();
    }
    expect(bench.stats.map((sample) => sample.activeSlots)).toEqual([0, 0, 0]);
    await bench.end();
  });

  it('leaves no slot, sampler or queue entry behind after a storm', async () => {
    const bench = new LoopBench({ slots: 3, contextTokens: 128, batchTokens: 32 });
    let state = 12345;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state % below;
    };
    const prompts = Array.from({ length: 60 }, () => range(random(3), 3 + random(60)));
    bench.context.onStep = () => {
      if (random(4) === 0) bench.loop.cancel(`s${random(60)}`);
    };
    prompts.forEach((promptTokens, i) => {
      bench.submit({ key: `s${i}`, promptTokens, cacheScope: `t${i % 2}`, maxTokens: 20 });
    });
    await bench.idle();
    prompts.forEach((prompt, i) => {
      const tokens = bench.tokens(`s${i}`);
      expect(tokens).toEqual(expectedTokens(prompt, 20).slice(0, tokens.length));
      expect(bench.steps(`s${i}`).filter((step) => step.finish)).toHaveLength(1);
    });
    expect(bench.context.openSamplers).toBe(0);
    expect(bench.loop.statistics.snapshot().partialSteps).toBe(0);
    await bench.end();
  });
});

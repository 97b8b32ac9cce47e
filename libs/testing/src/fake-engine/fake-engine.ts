/**
 * The fake engine: speaks the engine's IPC in full (load, start, cancel, ask, stop; loading, ready,
 * step, stats, answer) with a batch of slots and a step clock, but generates {@link fakeText}
 * instead of running a model. One object per process; `main.ts` connects it to the channel.
 */
import type { EngineCommand, EngineEvent, EngineStats, Finish } from '@corral/contracts';
import { FakeGeneration } from './fake-generation.js';
import { FAKE_DEFAULTS, fakeOptionsOf, withPromptOptions } from './fake-options.js';
import { fakePromptText } from './fake-tokens.js';

type Load = Extract<EngineCommand, { type: 'load' }>;
type Start = Extract<EngineCommand, { type: 'start' }>;
type Ask = Extract<EngineCommand, { type: 'ask' }>;
type StepStream = Extract<EngineEvent, { type: 'step' }>['streams'][number];

export class FakeEngine {
  private options = FAKE_DEFAULTS;
  private slots = 1;
  private contextTokens = 8192;
  private active: FakeGeneration[] = [];
  private waiting: FakeGeneration[] = [];
  private isStepDue = false;
  private readonly stats: EngineStats = {
    steps: 0,
    decodeBatchSizes: [],
    partialSteps: 0,
    prefillTokens: 0,
    cachedTokens: 0,
    decodedTokens: 0,
    decodeMs: 0,
  };

  constructor(private readonly send: (event: EngineEvent) => void) {}

  handle(command: EngineCommand): void {
    switch (command.type) {
      case 'load':
        return this.load(command);
      case 'start':
        return this.start(command);
      case 'cancel':
        return this.cancel(command.key);
      case 'ask':
        return this.answer(command);
      case 'stop':
        process.exit(0);
    }
  }

  private load({ spec, maxThreads }: Load): void {
    this.options = fakeOptionsOf(spec.chatTemplate);
    this.slots = spec.slots;
    this.contextTokens = spec.contextTokens ?? 8192;
    this.send({ type: 'loading', progress: 0 });
    const { loadMs, loadStalls, loadFailure: message } = this.options;
    if (loadStalls) return;
    if (message === 'crash') process.exit(134);
    if (message !== null) {
      const retryable = this.options.loadFailureRetryable;
      this.send({ type: 'failed', failure: { code: 'model_unavailable', message }, retryable });
      process.disconnect();
      return;
    }
    setTimeout(() => {
      this.send({ type: 'loading', progress: 1 });
      this.send({
        type: 'ready',
        slots: this.slots,
        contextTokens: this.contextTokens,
        api: 'native',
        threads: Math.min(spec.threads ?? maxThreads, maxThreads),
        gpu: null,
        memoryBytes: this.options.memoryBytes ?? 1_000_000,
        engineVersion: 'fake',
      });
      setInterval(() => this.sendStats(), 1000);
    }, loadMs);
  }

  private start({ key, request }: Start): void {
    const promptText = fakePromptText(request.prompt);
    const options = withPromptOptions(this.options, promptText);
    const { contextTokens } = this;
    const generation = new FakeGeneration(key, request, { ...options, contextTokens });
    const refusal = generation.refusal();
    if (refusal !== null) return this.step([generation.finish('error', refusal)]);
    this.waiting.push(generation);
    this.fillSlots();
  }

  private fillSlots(): void {
    while (this.active.length < this.slots) {
      const next = this.waiting.shift();
      if (next === undefined) break;
      next.enterSlot();
      this.stats.prefillTokens += next.promptTokens;
      this.active.push(next);
    }
    if (this.active.length > 0 && !this.isStepDue) this.scheduleStep();
  }

  private scheduleStep(): void {
    this.isStepDue = true;
    const startedAtMs = performance.now();
    const step = (): void => {
      this.isStepDue = false;
      this.runStep(performance.now() - startedAtMs);
      this.fillSlots();
    };
    const { tokensPerSecond, firstTokenMs } = this.options;
    // An engine that answers at once must not wait for the next millisecond of a timer.
    if (tokensPerSecond === 0 && firstTokenMs === 0) setImmediate(step);
    else setTimeout(step, tokensPerSecond === 0 ? 1 : 1000 / tokensPerSecond);
  }

  /** The streams of a step share its time alike: each has one token in it. */
  private runStep(stepMs: number): void {
    const streams: StepStream[] = [];
    this.stats.decodeMs += stepMs;
    for (const generation of this.active) {
      generation.charge(stepMs / this.active.length);
      const delta = generation.decode();
      if (delta !== null) streams.push(delta);
    }
    this.active = this.active.filter((generation) => !generation.finished);
    this.step(streams);
  }

  private step(streams: StepStream[]): void {
    if (streams.length === 0) return;
    const size = streams.filter(({ tokens }) => tokens.length > 0).length;
    this.stats.steps += 1;
    while (this.stats.decodeBatchSizes.length <= size) this.stats.decodeBatchSizes.push(0);
    this.stats.decodeBatchSizes[size] = (this.stats.decodeBatchSizes[size] ?? 0) + 1;
    for (const { tokens } of streams) this.stats.decodedTokens += tokens.length;
    this.send({ type: 'step', streams });
  }

  private cancel(key: string): void {
    const generation = [...this.active, ...this.waiting].find((one) => one.key === key);
    if (generation === undefined) return;
    this.active = this.active.filter((one) => one !== generation);
    this.waiting = this.waiting.filter((one) => one !== generation);
    const reason: Finish['reason'] = 'cancelled';
    this.step([generation.finish(reason)]);
    this.fillSlots();
  }

  private answer({ askId, question }: Ask): void {
    if (question.what === 'tokenize') {
      const tokens = [...fakePromptText(question.prompt)].map((char) => char.codePointAt(0) ?? 0);
      return this.send({ type: 'answer', askId, tokens });
    }
    const text = question.tokens.map((token) => String.fromCodePoint(token % 0x110000)).join('');
    this.send({ type: 'answer', askId, text });
  }

  private sendStats(): void {
    const { active, waiting, stats } = this;
    this.send({ type: 'stats', stats, activeSlots: active.length, queued: waiting.length });
  }
}

/** A step loop over the fake context, on a clock that tests move. */
import type { GenerationRequest } from '@corral/contracts';
import { planSampling } from '../context/sampling.js';
import { TextReader } from '../dialogue/text-reader.pure.js';
import { TokenStream, type StreamStep } from '../generation/token-stream.js';
import { FakeDecodeContext, type FakeContextOptions } from './fake-decode-context.js';
import { NUMBERED_VOCABULARY } from './fake-vocabulary.js';
import { requestOf } from './requests.js';
import { StepLoop } from '../loop/step-loop.js';

interface StreamSketch extends Partial<GenerationRequest> {
  key: string;
  promptTokens: number[];
  deadlineAtMs?: number;
}

export class LoopBench {
  nowMs = 0;
  readonly messages: StreamStep[][] = [];
  readonly stats: { activeSlots: number; queued: number; steps: number }[] = [];
  heldPrefixes: number[][] = [];
  readonly context: FakeDecodeContext;
  readonly loop: StepLoop;
  readonly running: Promise<void>;
  private notify: () => void = () => undefined;

  constructor(options: FakeContextOptions = {}) {
    this.context = new FakeDecodeContext(options);
    this.loop = new StepLoop({
      context: this.context,
      interTokenTargetMs: 100,
      clock: () => this.nowMs,
      events: {
        step: (streams) => {
          this.messages.push(streams);
          this.notify();
        },
        stats: ({ stats, activeSlots, queued, heldPrefixes }) => {
          this.stats.push({ activeSlots, queued, steps: stats.steps });
          this.heldPrefixes = heldPrefixes;
          this.notify();
        },
      },
    });
    this.running = this.loop.run();
    this.running.catch(() => this.notify());
  }

  submit({ key, promptTokens, deadlineAtMs, ...overrides }: StreamSketch): void {
    const request = requestOf(overrides);
    this.loop.submit(
      new TokenStream({
        key,
        request,
        promptTokens,
        vocabulary: NUMBERED_VOCABULARY,
        reader: new TextReader(),
        contextTokens: this.context.contextTokens,
        sampling: planSampling(request.sampling, {
          topLogprobs: null,
          contextTokens: this.context.contextTokens,
          drawSeed: () => 1,
        }),
        arrivedAtMs: this.nowMs,
        deadlineAtMs: deadlineAtMs ?? null,
      }),
    );
  }

  /** Resolves when the loop has nothing left to do. */
  async idle(): Promise<void> {
    while (this.stats.at(-1)?.activeSlots !== 0 || this.loop.activeSlots + this.loop.queued > 0) {
      await new Promise<void>((resolve) => (this.notify = resolve));
    }
  }

  steps(key: string): StreamStep[] {
    return this.messages.flat().filter((step) => step.key === key);
  }

  tokens(key: string): number[] {
    return this.steps(key).flatMap((step) => step.tokens);
  }

  finish(key: string) {
    return this.steps(key).at(-1)?.finish;
  }

  async end(): Promise<void> {
    this.loop.stop();
    await this.running;
  }
}

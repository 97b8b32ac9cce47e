/**
 * One loaded model that answers: takes requests, gives steps. Needs no IPC, so the process
 * (`serve.ts`), the tests and the benchmarks drive the very same thing.
 */
import type { EngineReady, Failure, GenerationRequest, Prompt } from '@corral/contracts';
import { Detokenizer } from './generation/detokenizer.pure.js';
import { planSampling } from './generation/sampling.js';
import { TokenStream } from './generation/token-stream.js';
import { ResponseGrammars } from './dialogue/grammar/response-grammars.js';
import type { LoadedModel } from './load/load-model.js';
import { StepLoop } from './loop/step-loop.js';
import type { StepLoopEvents } from './loop/step-reporter.js';
import { refuseRequest } from './request-limits.pure.js';

export interface EngineOptions {
  model: LoadedModel;
  /** See ReplicaSpec. */
  interTokenTargetMs: number;
  events: StepLoopEvents;
  /** Milliseconds, monotonic. Default: performance.now. */
  clock?: () => number;
  /** A seed, 0 to 2^32-1, for requests without one. Default: random. */
  drawSeed?: () => number;
}

export interface StartOptions {
  /** Unique among the streams on board. */
  key: string;
  request: GenerationRequest;
  /** The stream ends with `deadline_exceeded` unless it gets a slot within this; null: no limit. */
  remainingMs: number | null;
}

/** The answer to a question, or why there is none. */
export type Answer = { tokens: number[] } | { text: string } | { failure: Failure };

export class Engine {
  readonly ready: EngineReady;
  private readonly model: LoadedModel;
  private readonly loop: StepLoop;
  private readonly grammars: ResponseGrammars;
  private readonly clock: () => number;
  private readonly drawSeed: () => number;

  constructor(private readonly options: EngineOptions) {
    this.model = options.model;
    this.ready = options.model.ready;
    this.grammars = new ResponseGrammars(this.model.context.grammars, this.model.vocabulary);
    this.clock = options.clock ?? (() => performance.now());
    this.drawSeed = options.drawSeed ?? (() => Math.floor(Math.random() * 2 ** 32));
    this.loop = new StepLoop({
      context: options.model.context,
      events: options.events,
      interTokenTargetMs: options.interTokenTargetMs,
      clock: this.clock,
    });
  }

  /** Serves until `stop`. Rejects when decoding fails again and again. */
  run(): Promise<void> {
    return this.loop.run();
  }

  /** Ends `run` after the step at hand. Streams on board get nothing more. */
  stop(): void {
    this.loop.stop();
  }

  /** Sends statistics when they are due; to be called often, also while nothing runs. */
  reportAlive(): void {
    this.loop.reportAlive();
  }

  async dispose(): Promise<void> {
    await this.model.context.dispose();
  }

  /** Takes a request on board. All that follows, refusals too, comes as `step` events. */
  start({ key, request, remainingMs }: StartOptions): void {
    const arrivedAtMs = this.clock();
    if (this.loop.has(key)) {
      this.refuse(key, request, 0, {
        code: 'conflict',
        message: 'A stream with this key is on board already.',
      });
      return;
    }
    const prompt = this.model.prompts.encode(request.prompt);
    if (!prompt.ok) {
      this.refuse(key, request, 0, prompt.failure);
      return;
    }
    const { contextTokens } = this.ready;
    const failure = refuseRequest(request, prompt.tokens.length, {
      contextTokens,
      vocabularySize: this.model.vocabulary.size,
    });
    if (failure) {
      this.refuse(key, request, prompt.tokens.length, failure);
      return;
    }
    const made = this.grammars.of(request.responseFormat);
    if (!made.ok) {
      this.refuse(key, request, prompt.tokens.length, made.failure);
      return;
    }
    const stream = new TokenStream({
      key,
      request,
      promptTokens: prompt.tokens,
      vocabulary: this.model.vocabulary,
      grammar: made.grammar,
      sampling: planSampling(request.sampling, {
        topLogprobs: request.topLogprobs,
        contextTokens,
        drawSeed: this.drawSeed,
        banned: made.banned,
      }),
      contextTokens,
      arrivedAtMs,
      deadlineAtMs: remainingMs === null ? null : arrivedAtMs + remainingMs,
    });
    if (!stream.over) {
      this.loop.submit(stream);
      return;
    }
    stream.endReplayed(this.clock());
    const step = stream.takeStep();
    if (step) this.options.events.step([step]);
  }

  /** Ends a stream before the next step; it still gets its finish. Unknown keys are ignored. */
  cancel(key: string): void {
    this.loop.cancel(key);
  }

  /** The tokens of a prompt, exactly as a request with it would see them. */
  tokenize(prompt: Prompt): Answer {
    const encoded = this.model.prompts.encode(prompt);
    return encoded.ok ? { tokens: encoded.tokens } : { failure: encoded.failure };
  }

  /** The text of tokens, exactly as a stream of them would be sent. */
  detokenize(tokens: readonly number[]): Answer {
    const { vocabulary } = this.model;
    const unknown = tokens.find((token) => token >= vocabulary.size);
    if (unknown !== undefined) {
      const message = `Token ${unknown} is not among the model's ${vocabulary.size} tokens.`;
      return { failure: { code: 'invalid_value', message } };
    }
    const detokenizer = new Detokenizer(vocabulary);
    return { text: tokens.map((token) => detokenizer.push(token)).join('') };
  }

  private refuse(
    key: string,
    request: GenerationRequest,
    promptTokens: number,
    failure: Failure,
  ): void {
    this.options.events.step([
      {
        key,
        index: request.acceptedTokens.length,
        tokens: [],
        text: '',
        ...(promptTokens > 0 && { prompt: { tokens: promptTokens, cachedTokens: 0 } }),
        finish: {
          reason: 'error',
          failure,
          promptTokens,
          cachedTokens: 0,
          completionTokens: 0,
          timings: { queueMs: 0, prefillMs: 0, decodeMs: 0, deviceMs: 0 },
        },
      },
    ]);
  }
}

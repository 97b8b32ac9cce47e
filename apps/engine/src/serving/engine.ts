/**
 * One loaded model that answers: takes requests, gives steps. Needs no IPC, so the process
 * (`ipc/serve.ts`), the tests and the benchmarks drive the very same thing.
 */
import type { EngineReady, Failure, Prompt } from '@corral/contracts';
import { Detokenizer } from '../vocabulary/detokenizer.pure.js';
import { refusedStep } from '../generation/refused-step.pure.js';
import { ResponseGrammars } from '../dialogue/grammar/response-grammars.js';
import type { LoadedModel } from '../load/load-model.js';
import { StepLoop } from '../loop/step-loop.js';
import type { StepLoopEvents } from '../loop/step-reporter.js';
import {
  prepareStream,
  type PreparedStream,
  type StartOptions,
  type StreamSources,
} from './prepare-stream.js';

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

/** The answer to a question, or why there is none. */
export type Answer = { tokens: number[] } | { text: string } | { failure: Failure };

const TAKEN_KEY: PreparedStream = {
  ok: false,
  failure: { code: 'conflict', message: 'A stream with this key is on board already.' },
  promptTokens: 0,
};

export class Engine {
  readonly ready: EngineReady;
  private readonly model: LoadedModel;
  private readonly loop: StepLoop;
  private readonly sources: StreamSources;
  private readonly clock: () => number;

  constructor(private readonly options: EngineOptions) {
    this.model = options.model;
    this.ready = options.model.ready;
    this.sources = {
      model: this.model,
      grammars: new ResponseGrammars(this.model.context.grammars, this.model.vocabulary),
      drawSeed: options.drawSeed ?? (() => Math.floor(Math.random() * 2 ** 32)),
    };
    this.clock = options.clock ?? (() => performance.now());
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
  start(options: StartOptions): void {
    const { key, request } = options;
    const arrivedAtMs = this.clock();
    const prepared = this.loop.has(key)
      ? TAKEN_KEY
      : prepareStream(options, arrivedAtMs, this.sources);
    if (!prepared.ok) {
      const { failure, promptTokens } = prepared;
      const acceptedTokens = request.acceptedTokens.length;
      this.options.events.step([refusedStep({ key, acceptedTokens, promptTokens, failure })]);
      return;
    }
    const { stream } = prepared;
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
}

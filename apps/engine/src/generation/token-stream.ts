/**
 * One generation on board: from drawn tokens to the pieces that are sent, and when it is over.
 * Knows nothing of slots or batches; the step loop feeds it and sends what it gives.
 */
import type {
  Failure,
  Finish,
  GenerationRequest,
  StreamDelta,
  TokenLogprob,
} from '@corral/contracts';
import type { SampledToken, TokenGrammar } from '../context/decode-context.js';
import { contextLimitOf } from './request-limits.pure.js';
import type { TurnReader } from '../dialogue/turn-reader.pure.js';
import { AnswerText } from './answer-text.pure.js';
import { presentLogprobs } from './logprobs.js';
import type { SamplingPlan } from '../context/sampling.js';
import type { Vocabulary } from '../vocabulary/vocabulary.pure.js';

/** A piece of one stream with the attempt that it belongs to. */
export type StreamStep = StreamDelta & { key: string };

export interface TokenStreamOptions {
  key: string;
  request: GenerationRequest;
  /** The rendered prompt, without acceptedTokens; at least one token. */
  promptTokens: readonly number[];
  sampling: SamplingPlan;
  /** What the answer is held to. Default: nothing. */
  grammar?: TokenGrammar | null;
  vocabulary: Vocabulary;
  /** Reads the model's turn: of this stream alone, and nothing yet. */
  reader: TurnReader;
  /** Tokens that one sequence can hold. */
  contextTokens: number;
  /** Monotonic clock. */
  arrivedAtMs: number;
  /** The stream is dropped unless its prefill has begun by then; null: no limit. */
  deadlineAtMs: number | null;
}

export class TokenStream {
  readonly key: string;
  readonly cacheScope: string;
  readonly sampling: SamplingPlan;
  readonly grammar: TokenGrammar | null;
  readonly deadlineAtMs: number | null;
  /** What the sequence must hold before the next draw: the prompt and the accepted tokens. */
  readonly prefix: Uint32Array;
  /** Tokens of the prompt alone. */
  readonly promptLength: number;
  /** Names of the prompt's blocks; see GenerationRequest. */
  readonly prefixHashes: readonly number[];
  /** Every generated token in order, those of earlier attempts included. */
  readonly generated: number[];
  /** Set from outside; the step loop acts on it between two steps. */
  cancelRequested = false;

  private readonly vocabulary: Vocabulary;
  private readonly text: AnswerText;
  private readonly acceptedLength: number;
  private readonly tokenLimit: number;
  private readonly arrivedAtMs: number;
  private admittedAtMs: number | null = null;
  private firstTokenAtMs: number | null = null;
  private cachedTokens = 0;
  private deviceMs = 0;
  private promptTold = false;
  private reason: Finish['reason'] | null = null;
  private finish: Finish | null = null;

  private newTokens: number[] = [];
  private newText = '';
  private newLogprobs: TokenLogprob[] = [];

  constructor(options: TokenStreamOptions) {
    const { request, promptTokens } = options;
    this.key = options.key;
    this.cacheScope = request.cacheScope;
    this.sampling = options.sampling;
    this.grammar = options.grammar ?? null;
    this.deadlineAtMs = options.deadlineAtMs;
    this.vocabulary = options.vocabulary;
    this.prefix = Uint32Array.from([...promptTokens, ...request.acceptedTokens]);
    this.generated = [];
    this.promptLength = promptTokens.length;
    this.prefixHashes = request.prefixHashes ?? [];
    this.acceptedLength = request.acceptedTokens.length;
    this.tokenLimit = Math.min(
      request.maxTokens === null ? Infinity : this.acceptedLength + request.maxTokens,
      contextLimitOf(request, options.contextTokens) - this.promptLength,
    );
    this.arrivedAtMs = options.arrivedAtMs;
    this.text = new AnswerText(options.vocabulary, options.reader, request.stop);
    this.replay(request.acceptedTokens);
  }

  /** The last token has been drawn, or the stream has ended otherwise. */
  get over(): boolean {
    return this.reason !== null;
  }

  get lastToken(): number {
    return this.generated.at(-1) ?? 0;
  }

  /** The stream has a slot from now on; `cachedTokens` of its prefix are there already. */
  admit(nowMs: number, cachedTokens: number): void {
    this.admittedAtMs = nowMs;
    this.cachedTokens = Math.min(cachedTokens, this.promptLength);
  }

  /** The device has worked for the stream; `deviceMs` is its share of a step. */
  charge(deviceMs: number): void {
    this.deviceMs += deviceMs;
  }

  /** Takes the next drawn token; `over` says whether it was the last. */
  accept(sampled: SampledToken, nowMs: number): void {
    this.firstTokenAtMs ??= nowMs;
    this.newTokens.push(sampled.token);
    if (sampled.logprobs) this.newLogprobs.push(presentLogprobs(sampled, this.vocabulary));
    this.newText += this.advance(sampled.token);
    if (this.reason) this.close(nowMs);
  }

  /** Ends the stream otherwise than by a token. No effect when it is over. */
  end(reason: 'cancelled' | 'error', nowMs: number, failure?: Failure): void {
    if (this.reason) return;
    this.reason = reason;
    this.close(nowMs, failure);
  }

  /** Ends a stream whose accepted tokens were already the whole generation. */
  endReplayed(nowMs: number): void {
    if (this.reason && !this.finish) this.close(nowMs);
  }

  /** What is new since the last call; null when nothing is. */
  takeStep(): StreamStep | null {
    if (this.newTokens.length === 0 && this.newText === '' && !this.finish) return null;
    const step: StreamStep = {
      key: this.key,
      index: this.generated.length - this.newTokens.length,
      tokens: this.newTokens,
      text: this.newText,
    };
    if (this.sampling.topLogprobs !== null) step.logprobs = this.newLogprobs;
    if (this.finish) step.finish = this.finish;
    if (!this.promptTold) {
      step.prompt = { tokens: this.promptLength, cachedTokens: this.cachedTokens };
      this.promptTold = true;
    }
    this.newTokens = [];
    this.newText = '';
    this.newLogprobs = [];
    this.finish = null;
    return step;
  }

  /** Brings the text to where the earlier attempts had left it. Emits nothing. */
  private replay(acceptedTokens: readonly number[]): void {
    for (const token of acceptedTokens) {
      this.advance(token);
      if (this.reason) return;
    }
  }

  /** One token further; gives the text that became certain and notes the end of the stream. */
  private advance(token: number): string {
    this.generated.push(token);
    let text = this.text.push(token);
    const isFull = this.generated.length >= this.tokenLimit;
    if (isFull) text += this.text.end();
    if (this.text.over) this.reason = 'stop';
    else if (isFull) this.reason = 'length';
    return text;
  }

  private close(nowMs: number, failure?: Failure): void {
    const admittedAtMs = this.admittedAtMs ?? nowMs;
    const firstTokenAtMs = this.firstTokenAtMs ?? nowMs;
    this.finish = {
      reason: this.reason ?? 'error',
      ...(failure && { failure }),
      promptTokens: this.promptLength,
      cachedTokens: this.cachedTokens,
      completionTokens: Math.max(0, this.generated.length - this.acceptedLength),
      timings: {
        queueMs: admittedAtMs - this.arrivedAtMs,
        prefillMs: firstTokenAtMs - admittedAtMs,
        decodeMs: nowMs - firstTokenAtMs,
        deviceMs: this.deviceMs,
      },
    };
  }
}

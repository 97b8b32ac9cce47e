/** One stream of the fake engine, from its place in the queue to its finish. */
import type { EngineEvent, Failure, Finish, GenerationRequest } from '@corral/contracts';
import type { FakeOptions } from './fake-options.js';
import { fakePromptText, fakeSeed, fakeTokenId, fakeTokenText } from './fake-tokens.js';

type StepStream = Extract<EngineEvent, { type: 'step' }>['streams'][number];

export class FakeGeneration {
  finished = false;
  readonly promptTokens: number;

  private readonly seed: number;
  private readonly startedAtMs = performance.now();
  private slotAtMs = 0;
  private firstTokenAtMs = 0;
  private deviceMs = 0;
  private promptTold = false;
  /** Tokens of prompt and answer together at most. */
  private readonly contextLimit: number;
  /** Tokens of the whole stream so far, those of earlier attempts included. */
  private position: number;

  constructor(
    readonly key: string,
    private readonly request: GenerationRequest,
    private readonly options: FakeOptions & { contextTokens: number },
  ) {
    this.seed = fakeSeed(request);
    this.contextLimit = Math.min(options.contextTokens, request.maxContextTokens ?? Infinity);
    this.position = request.acceptedTokens.length;
    this.promptTokens = [...fakePromptText(request.prompt)].length;
  }

  /** Why this cannot be generated; null when it can. A wrong accepted token shows here. */
  refusal(): Failure | null {
    const { acceptedTokens, maxTokens } = this.request;
    const wrong = acceptedTokens.findIndex((token, at) => token !== fakeTokenId(this.seed, at));
    if (wrong >= 0) {
      return { code: 'internal_error', message: `accepted token ${wrong} is not of this stream` };
    }
    const answerTokens = maxTokens === null ? 1 : acceptedTokens.length + maxTokens;
    if (this.promptTokens + answerTokens <= this.contextLimit) return null;
    const wanted = `${this.promptTokens} prompt tokens and ${answerTokens} more`;
    const message = `${wanted} do not fit into a context of ${this.contextLimit}`;
    return { code: 'context_length_exceeded', message };
  }

  /** The fake device has worked for this stream. */
  charge(deviceMs: number): void {
    this.deviceMs += deviceMs;
  }

  enterSlot(): void {
    this.slotAtMs = performance.now();
  }

  /** One step's worth of this stream; null while the prompt is still being read. */
  decode(): StepStream | null {
    const nowMs = performance.now();
    if (nowMs - this.slotAtMs < this.options.firstTokenMs) return null;
    if (this.firstTokenAtMs === 0) this.firstTokenAtMs = nowMs;
    const index = this.position;
    const last = this.lastToken();
    const end = this.options.tokensPerSecond === 0 ? last : Math.min(index + 1, last);
    const delta: StepStream = { key: this.key, index, tokens: [], text: '', ...this.tellPrompt() };
    for (; this.position < end; this.position += 1) {
      this.misbehave();
      delta.tokens.push(fakeTokenId(this.seed, this.position));
      delta.text += fakeTokenText(this.seed, this.position);
    }
    if (this.request.topLogprobs !== null) delta.logprobs = this.logprobsFrom(index);
    if (this.position >= last) delta.finish = this.finish(this.endReason()).finish;
    return delta;
  }

  /** The last piece of the stream, without a token. */
  finish(reason: Finish['reason'], failure?: Failure): StepStream {
    this.finished = true;
    const nowMs = performance.now();
    const slotAtMs = this.slotAtMs === 0 ? nowMs : this.slotAtMs;
    const firstTokenAtMs = this.firstTokenAtMs === 0 ? nowMs : this.firstTokenAtMs;
    const finish: Finish = {
      reason,
      ...(failure === undefined ? {} : { failure }),
      promptTokens: this.promptTokens,
      cachedTokens: 0,
      completionTokens: this.position - this.request.acceptedTokens.length,
      timings: {
        queueMs: slotAtMs - this.startedAtMs,
        prefillMs: firstTokenAtMs - slotAtMs,
        decodeMs: nowMs - firstTokenAtMs,
        deviceMs: this.deviceMs,
      },
    };
    const { key, position: index } = this;
    return { key, index, tokens: [], text: '', ...this.tellPrompt(), finish };
  }

  /** The first piece says what the prompt was; nothing for the pieces after it. */
  private tellPrompt(): Pick<StepStream, 'prompt'> {
    if (this.promptTold) return {};
    this.promptTold = true;
    return { prompt: { tokens: this.promptTokens, cachedTokens: 0 } };
  }

  /** `maxTokens` counts this attempt's tokens; `stopAfterTokens` those of the whole stream. */
  private lastToken(): number {
    const { maxTokens, acceptedTokens } = this.request;
    const wanted = acceptedTokens.length + (maxTokens ?? 64);
    const limit = Math.min(wanted, this.contextLimit - this.promptTokens);
    return Math.min(limit, this.options.stopAfterTokens ?? limit);
  }

  private endReason(): Finish['reason'] {
    return this.position === this.options.stopAfterTokens ? 'stop' : 'length';
  }

  private misbehave(): void {
    if (this.position === this.options.crashAfterTokens) process.exit(134);
    if (this.position === this.options.hangAfterTokens) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
  }

  private logprobsFrom(index: number): StepStream['logprobs'] {
    return Array.from({ length: this.position - index }, (_, offset) => ({
      token: fakeTokenId(this.seed, index + offset),
      text: fakeTokenText(this.seed, index + offset),
      logprob: -0.5,
      top: [],
    }));
  }
}

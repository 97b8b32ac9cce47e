/** One sequence of the context: what its KV cache holds, and the stream that runs in it. */
import type { TokenSampler } from '../context/decode-context.js';
import type { TokenStream } from '../generation/token-stream.js';
import type { HeldPrompt } from './prefix-digest.pure.js';

export class Slot {
  /** `tokens[0 .. length)` are in the KV cache. */
  readonly tokens: Uint32Array;
  length = 0;
  /** Whose prompts `tokens` came from; null while nothing is held. */
  scope: string | null = null;
  /** The prompt that `tokens` begin with, as the controller names its blocks. */
  private prompt: { hashes: readonly number[]; tokens: number } = { hashes: [], tokens: 0 };
  /** The step in which the slot last decoded; idle slots are reused least recently used first. */
  lastUsedStep = 0;
  /** Null while idle. */
  stream: TokenStream | null = null;
  sampler: TokenSampler | null = null;
  /** Rises with each stream that any slot takes; earlier prompts are served first. */
  admission = 0;
  /** Tokens left to compute of the shortest prompt that waits for a part of this one. */
  turnTokens = Infinity;
  /** The one token of a decoding stream's next step. */
  readonly nextToken = new Uint32Array(1);

  constructor(
    readonly id: number,
    contextTokens: number,
  ) {
    this.tokens = new Uint32Array(contextTokens);
  }

  /** Tokens of the stream's prefix that are not decoded yet; 0 when idle. */
  get prefillTokens(): number {
    return this.stream ? Math.max(0, this.stream.prefix.length - this.length) : 0;
  }

  /** The stream has its prefix in the cache and gets a token in every step. */
  get decoding(): boolean {
    return this.stream !== null && this.prefillTokens === 0;
  }

  /** What is held of a prompt, for others who send prompts that begin alike. */
  get heldPrompt(): HeldPrompt {
    const { hashes, tokens } = this.prompt;
    return { hashes, promptTokens: tokens, heldTokens: this.length };
  }

  /** The tokens of the next step, `count` of a prefix or the one last drawn. */
  next(count: number): Uint32Array {
    if (!this.stream) throw new Error(`slot ${this.id} is idle`);
    if (!this.decoding) return this.stream.prefix.subarray(this.length, this.length + count);
    this.nextToken[0] = this.stream.lastToken;
    return this.nextToken;
  }

  /** Notes that `tokens` are decoded. */
  append(tokens: Uint32Array, step: number): void {
    this.tokens.set(tokens, this.length);
    this.length += tokens.length;
    this.lastUsedStep = step;
  }

  /** Notes that only the first `length` tokens are held. */
  cut(length: number): void {
    this.length = Math.min(this.length, length);
    if (this.length === 0) this.scope = null;
  }

  /** Notes that the slot now holds what `source` holds. */
  copyFrom(source: Slot): void {
    this.tokens.set(source.tokens.subarray(0, source.length));
    this.length = source.length;
    this.scope = source.scope;
    this.prompt = source.prompt;
  }

  /** The stream runs here from now on, after the tokens that are held. */
  occupy(stream: TokenStream, sampler: TokenSampler, admission: number): void {
    this.scope = stream.cacheScope;
    this.prompt = { hashes: stream.prefixHashes, tokens: stream.promptLength };
    this.stream = stream;
    this.sampler = sampler;
    this.admission = admission;
  }

  /** The stream is gone; what it decoded stays for the next prompt that begins alike. */
  release(): void {
    this.sampler?.dispose();
    this.sampler = null;
    this.stream = null;
  }
}

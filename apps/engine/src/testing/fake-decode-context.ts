/**
 * A decode context without a model. The next token is a function of every token before it, so a
 * lost, repeated or misplaced one changes all that follows. It checks what the real one assumes:
 * positions without gaps, one entry per slot in ascending order, nothing beyond the context.
 */
import type {
  BatchEntry,
  DecodeContext,
  SampledToken,
  TokenSampler,
} from '../context/decode-context.js';
import type { SamplingPlan } from '../context/sampling.js';

export interface FakeContextOptions {
  slots?: number;
  contextTokens?: number;
  batchTokens?: number;
  reusesPrefixes?: boolean;
  copiesSequences?: boolean;
  /** The token after these; default: `hashToken` of them. */
  next?: (tokens: readonly number[]) => number;
}

/** One step as it was asked for. */
export type RecordedStep = { slot: number; position: number; count: number; samples: boolean }[];

/** A token from 1 to 99 that depends on all tokens and their order. */
export function hashToken(tokens: readonly number[]): number {
  let hash = 7;
  for (const token of tokens) hash = (hash * 31 + token + 1) % 1_000_003;
  return 1 + (hash % 99);
}

/** What the context generates after a prompt. */
export function expectedTokens(prompt: readonly number[], count: number): number[] {
  const tokens = [...prompt];
  for (let i = 0; i < count; i++) tokens.push(hashToken(tokens));
  return tokens.slice(prompt.length);
}

export class FakeDecodeContext implements DecodeContext {
  readonly api = 'native';
  readonly slots: number;
  readonly contextTokens: number;
  readonly batchTokens: number;
  readonly reusesPrefixes: boolean;
  readonly copiesSequences: boolean;
  readonly grammars = null;
  readonly steps: RecordedStep[] = [];
  readonly copies: { target: number; source: number }[] = [];
  openSamplers = 0;
  /** Called within each step, before its result: to act on the loop in the middle of a decode. */
  onStep: (stepNumber: number) => void = () => undefined;
  /** The next steps fail with these. */
  failures: Error[] = [];
  private readonly held: number[][];
  private readonly next: (tokens: readonly number[]) => number;

  constructor(options: FakeContextOptions = {}) {
    this.slots = options.slots ?? 4;
    this.contextTokens = options.contextTokens ?? 256;
    this.batchTokens = options.batchTokens ?? 64;
    this.reusesPrefixes = options.reusesPrefixes ?? true;
    this.copiesSequences = options.copiesSequences ?? true;
    this.next = options.next ?? hashToken;
    this.held = Array.from({ length: this.slots }, () => []);
  }

  openSampler(plan: SamplingPlan): TokenSampler {
    this.openSamplers++;
    return { aim: () => void plan, dispose: () => void this.openSamplers-- };
  }

  async step(entries: readonly BatchEntry[]): Promise<(SampledToken | null)[]> {
    await Promise.resolve();
    this.steps.push(
      entries.map(({ slot, position, tokens, sampler }) => ({
        slot,
        position,
        count: tokens.length,
        samples: sampler !== null,
      })),
    );
    this.onStep(this.steps.length);
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.checkBatch(entries);
    return entries.map((entry) => {
      const held = this.heldBy(entry.slot);
      held.push(...entry.tokens);
      return entry.sampler ? { token: this.next(held), logprobs: null } : null;
    });
  }

  truncate(slot: number, length: number): Promise<boolean> {
    if (length > 0 && !this.reusesPrefixes) return Promise.resolve(false);
    this.heldBy(slot).length = Math.min(length, this.heldBy(slot).length);
    return Promise.resolve(true);
  }

  copy(target: number, source: number): Promise<void> {
    this.copies.push({ target, source });
    this.held[target] = [...this.heldBy(source)];
    return Promise.resolve();
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  private checkBatch(entries: readonly BatchEntry[]): void {
    const total = entries.reduce((sum, entry) => sum + entry.tokens.length, 0);
    if (total > this.batchTokens) throw new Error(`batch of ${total} tokens`);
    entries.forEach(({ slot, position, tokens }, i) => {
      const held = this.heldBy(slot);
      const before = entries[i - 1]?.slot ?? -1;
      if (slot <= before) throw new Error(`slot ${slot} after ${before}`);
      if (position !== held.length) throw new Error(`position ${position}, held ${held.length}`);
      if (position + tokens.length > this.contextTokens) throw new Error('context overflow');
    });
  }

  private heldBy(slot: number): number[] {
    const held = this.held[slot];
    if (!held) throw new Error(`no slot ${slot}`);
    return held;
  }
}

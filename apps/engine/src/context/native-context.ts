/**
 * Decodes through the addon directly: one decode per step for all sequences, then sampling, never
 * both at once (decode threads wait for each other actively, and a sampler on one of their cores
 * stalls them all). Besides `native-surface.ts` the only file that knows the addon.
 *
 * The KV cache is split by sequence, and llama.cpp decodes those entries of a batch in one pass
 * whose sequences follow each other in ascending order. So a gap costs a further pass over all
 * weights, unless it is filled with a throw-away token per idle sequence; and entries in descending
 * order get a pass each, which is wanted where batches of few are slow.
 */
import type { LlamaContext } from 'node-llama-cpp';
import type { SamplingPlan } from './sampling.js';
import type {
  BatchEntry,
  DecodeContext,
  RawLogprob,
  SampledToken,
  TokenGrammar,
  TokenSampler,
} from './decode-context.js';
import { NativeGrammarCompiler } from './native-grammar.js';
import { NativeTokenSampler } from './native-token-sampler.js';
import type { NativeSampler, NativeSurface } from './native-surface.js';
import { PassCosts } from './pass-costs.pure.js';

const LAST_OF_ONE = Uint32Array.of(0);
const NO_LOGITS = new Uint32Array(0);
const FILLER = Uint32Array.of(0);

export interface NativeContextOptions {
  context: LlamaContext;
  surface: NativeSurface;
  threads: number;
  contextTokens: number;
  reusesPrefixes: boolean;
}

export class NativeContext implements DecodeContext {
  readonly api = 'native';
  readonly slots: number;
  readonly contextTokens: number;
  readonly batchTokens: number;
  readonly reusesPrefixes: boolean;
  readonly copiesSequences: boolean;
  readonly grammars: NativeGrammarCompiler | null;
  /** Decides on passes; replaced once they have been measured. */
  costs = PassCosts.UNMEASURED;

  private readonly context: LlamaContext;
  private readonly surface: NativeSurface;
  /** Tokens that each sequence holds. */
  private readonly lengths: Uint32Array;
  /** Plain greedy: reads the model's own distribution for log-probabilities. */
  private readonly distribution: NativeSampler;

  constructor(options: NativeContextOptions) {
    this.context = options.context;
    this.surface = options.surface;
    this.slots = options.context.totalSequences;
    this.contextTokens = options.contextTokens;
    this.batchTokens = options.context.batchSize;
    this.reusesPrefixes = options.reusesPrefixes;
    this.copiesSequences = options.reusesPrefixes;
    this.grammars = this.surface.grammars && new NativeGrammarCompiler(this.surface.grammars);
    this.lengths = new Uint32Array(this.slots);
    this.surface.decoder.setThreads(options.threads);
    this.distribution = this.surface.openSampler();
    this.distribution.applyConfig({ temperature: 0 });
  }

  openSampler(plan: SamplingPlan, grammar?: TokenGrammar | null): TokenSampler {
    const reader = grammar && this.grammars ? this.grammars.read(grammar) : null;
    return new NativeTokenSampler(this.surface.openSampler(), plan, reader);
  }

  async step(entries: readonly BatchEntry[]): Promise<(SampledToken | null)[]> {
    const { decoder } = this.surface;
    const split = this.costs.splits(entries.length);
    const filled = split ? [] : this.gapsToFill(entries);
    decoder.initBatch(entries.reduce((sum, entry) => sum + entry.tokens.length, filled.length));
    const rows = split ? this.addDescending(entries) : this.addAscending(entries, filled);
    await decoder.decodeBatch();
    for (const slot of filled) {
      decoder.removeTokenCellsFromSequence(slot, this.lengths[slot] ?? 0, -1);
    }
    for (const entry of entries) {
      this.lengths[entry.slot] = entry.position + entry.tokens.length;
    }
    return this.sampleAll(entries, rows);
  }

  truncate(slot: number, length: number): Promise<boolean> {
    if (length > 0 && length >= (this.lengths[slot] ?? 0)) return Promise.resolve(true);
    const done = this.surface.decoder.removeTokenCellsFromSequence(slot, length, -1);
    if (done) this.lengths[slot] = length;
    return Promise.resolve(done);
  }

  async copy(target: number, source: number): Promise<void> {
    await this.surface.decoder.copySequenceStateFromOtherSequence(target, source);
    this.lengths[target] = this.lengths[source] ?? 0;
  }

  async dispose(): Promise<void> {
    this.distribution.dispose();
    await this.context.dispose();
  }

  /** Adds entries and fillers so that neighbours share a pass; gives each entry's logits row. */
  private addAscending(entries: readonly BatchEntry[], filled: readonly number[]): number[] {
    let nextFilled = 0;
    return entries.map((entry) => {
      for (; nextFilled < filled.length; nextFilled++) {
        const gap = filled[nextFilled] ?? 0;
        if (gap > entry.slot) break;
        this.surface.decoder.addToBatch(gap, this.lengths[gap] ?? 0, FILLER, NO_LOGITS);
      }
      return this.add(entry);
    });
  }

  /** Adds entries so that each gets a pass of its own; gives each entry's logits row. */
  private addDescending(entries: readonly BatchEntry[]): number[] {
    return entries
      .toReversed()
      .map((entry) => this.add(entry))
      .reverse();
  }

  /** Gives the row of the last token's logits, -1 when none are wanted. */
  private add({ slot, position, tokens, sampler }: BatchEntry): number {
    const { decoder } = this.surface;
    if (!sampler) {
      decoder.addToBatch(slot, position, tokens, NO_LOGITS);
      return -1;
    }
    const last = tokens.length === 1 ? LAST_OF_ONE : Uint32Array.of(tokens.length - 1);
    return decoder.addToBatch(slot, position, tokens, last)[0] ?? -1;
  }

  /** Idle sequences between running ones that have room for a throw-away token, ascending. */
  private gapsToFill(entries: readonly BatchEntry[]): number[] {
    const filled: number[] = [];
    // A throw-away token can only be taken back where sequences can be cut.
    if (!this.reusesPrefixes) return filled;
    let room = this.batchTokens - entries.reduce((sum, entry) => sum + entry.tokens.length, 0);
    for (let i = 1; i < entries.length; i++) {
      const from = (entries[i - 1]?.slot ?? 0) + 1;
      const to = entries[i]?.slot ?? 0;
      if (to - from > Math.min(this.costs.maxFilledGap, room)) continue;
      for (let slot = from; slot < to; slot++) {
        if ((this.lengths[slot] ?? 0) >= this.contextTokens) break;
        filled.push(slot);
        room--;
      }
    }
    return filled;
  }

  private async sampleAll(
    entries: readonly BatchEntry[],
    rows: readonly number[],
  ): Promise<(SampledToken | null)[]> {
    const samplers = entries.map(({ sampler }) =>
      sampler instanceof NativeTokenSampler ? sampler : null,
    );
    const tokens = await Promise.all(
      samplers.map(async (sampler, i) =>
        sampler === null ? null : await sampler.draw(this.surface.decoder, rows[i] ?? -1),
      ),
    );
    const sampled: (SampledToken | null)[] = tokens.map((token) =>
      token === null ? null : { token, logprobs: null },
    );
    // One after the other: they share a sampler, and with it its buffer of candidates.
    for (const [i, sampler] of samplers.entries()) {
      const token = tokens[i];
      if (token == null || token < 0 || sampler == null) continue;
      const { topLogprobs } = sampler.plan;
      if (topLogprobs === null) continue;
      sampled[i] = { token, logprobs: await this.logprobsOf(rows[i] ?? -1, token, topLogprobs) };
    }
    return sampled;
  }

  private async logprobsOf(
    row: number,
    token: number,
    top: number,
  ): Promise<{ own: number; top: RawLogprob[] }> {
    const [, , , pairs = [], totalWeight = 1] = await this.surface.decoder.sampleToken(
      row,
      this.distribution,
      false,
      false,
      [[token], false, false, false, Math.max(1, top)],
      true,
    );
    const logits = new Map<number, number>();
    for (let i = 0; i + 1 < pairs.length; i += 2) logits.set(pairs[i] ?? -1, pairs[i + 1] ?? 0);
    const highest = Math.max(...logits.values());
    const logprob = (logit: number): number => logit - highest - Math.log(totalWeight);
    const ranked = [...logits]
      .map(([id, logit]) => ({ token: id, logprob: logprob(logit) }))
      .sort((a, b) => b.logprob - a.logprob);
    return { own: logprob(logits.get(token) ?? -Infinity), top: ranked.slice(0, top) };
  }
}

/**
 * Decodes through node-llama-cpp's public API. The fall-back for a release in which an internal
 * call has moved: slower (the library leaves sequences out of batches and samples beside decoding),
 * but the same tokens.
 */
import {
  TokenBias,
  type ControlledEvaluateInputItem,
  type LlamaContext,
  type LlamaContextSequence,
  type Token,
} from 'node-llama-cpp';
import { samplerConfigAt, type SamplerConfig, type SamplingPlan } from './sampling.js';
import type { BatchEntry, DecodeContext, SampledToken, TokenSampler } from './decode-context.js';

type GenerateNext = NonNullable<
  Extract<ControlledEvaluateInputItem, [unknown, unknown]>[1]['generateNext']
>;

export class PublicContext implements DecodeContext {
  readonly api = 'public';
  readonly slots: number;
  readonly contextTokens: number;
  readonly batchTokens: number;
  readonly copiesSequences = false;
  /** The public API cannot bring a grammar to where an earlier attempt had left it. */
  readonly grammars = null;
  private readonly sequences: LlamaContextSequence[];

  constructor(
    private readonly context: LlamaContext,
    readonly reusesPrefixes: boolean,
  ) {
    this.slots = context.totalSequences;
    // The library shifts the context when its last place would be taken.
    this.contextTokens = context.contextSize - 1;
    this.batchTokens = context.batchSize;
    this.sequences = Array.from({ length: this.slots }, () => context.getSequence());
  }

  openSampler(plan: SamplingPlan): TokenSampler {
    return new PublicTokenSampler(plan);
  }

  step(entries: readonly BatchEntry[]): Promise<(SampledToken | null)[]> {
    return Promise.all(entries.map((entry) => this.evaluate(entry)));
  }

  async truncate(slot: number, length: number): Promise<boolean> {
    const sequence = this.sequenceOf(slot);
    if (length < sequence.nextTokenIndex) {
      await sequence.eraseContextTokenRanges([{ start: length, end: sequence.nextTokenIndex }]);
    }
    return sequence.nextTokenIndex === length;
  }

  copy(): Promise<void> {
    return Promise.reject(new Error('the public API cannot copy sequences'));
  }

  async dispose(): Promise<void> {
    await this.context.dispose();
  }

  private async evaluate(entry: BatchEntry): Promise<SampledToken | null> {
    const sequence = this.sequenceOf(entry.slot);
    const { sampler } = entry;
    const input: ControlledEvaluateInputItem[] = Array.from(entry.tokens, (id) => id as Token);
    if (sampler instanceof PublicTokenSampler) {
      const last = entry.tokens.at(-1) as Token;
      input[input.length - 1] = [last, { generateNext: this.generateNext(sampler) }];
    }
    const outputs = await sequence.controlledEvaluate(input);
    if (!(sampler instanceof PublicTokenSampler)) return null;
    const next = outputs.at(-1)?.next;
    const token = next?.token ?? -1;
    const { topLogprobs } = sampler.plan;
    if (topLogprobs === null || token < 0) return { token, logprobs: null };
    // Probabilities after the sampler chain: the public API cannot report the plain ones.
    const ranked = [...(next?.probabilities ?? [])]
      .map(([id, probability]) => ({ token: id, logprob: Math.log(probability) }))
      .sort((a, b) => b.logprob - a.logprob);
    const own = ranked.find((candidate) => candidate.token === token)?.logprob ?? 0;
    return { token, logprobs: { own, top: ranked.slice(0, topLogprobs) } };
  }

  private generateNext(sampler: PublicTokenSampler): GenerateNext {
    const config = sampler.config;
    return {
      token: true,
      probabilities: sampler.plan.topLogprobs !== null,
      options: {
        temperature: config.temperature,
        topK: config.topK,
        topP: config.topP,
        minP: config.minP,
        seed: config.seed,
        repeatPenalty: config.repeatPenaltyTokens && {
          punishTokens: Array.from(config.repeatPenaltyTokens, (id) => id as Token),
          maxPunishTokens: config.repeatPenaltyMaxTokens,
          penalty: config.repeatPenalty,
          presencePenalty: config.repeatPenaltyPresencePenalty,
          frequencyPenalty: config.repeatPenaltyFrequencyPenalty,
        },
        tokenBias: this.tokenBias(config),
      },
    };
  }

  private tokenBias({ tokenBiasKeys, tokenBiasValues }: SamplerConfig): TokenBias | undefined {
    if (!tokenBiasKeys || !tokenBiasValues) return undefined;
    const bias = TokenBias.for(this.context.model);
    tokenBiasKeys.forEach((id, i) => {
      const logit = tokenBiasValues[i] ?? 0;
      bias.set(id as Token, logit === -Infinity ? 'never' : { logit });
    });
    return bias;
  }

  private sequenceOf(slot: number): LlamaContextSequence {
    const sequence = this.sequences[slot];
    if (!sequence) throw new RangeError(`no sequence ${slot}`);
    return sequence;
  }
}

class PublicTokenSampler implements TokenSampler {
  config: SamplerConfig;

  constructor(readonly plan: SamplingPlan) {
    this.config = samplerConfigAt(plan, 0, []);
  }

  /** Every call of the library opens a sampler of its own, so every token has its whole state. */
  aim(index: number, generated: readonly number[]): void {
    this.config = samplerConfigAt(this.plan, index, generated);
  }

  dispose(): void {
    // Nothing is held between two tokens.
  }
}

/**
 * From a request's sampling parameters to the configuration of llama.cpp's sampler chain:
 * bias, penalties, top-k, top-p, min-p, temperature, draw.
 *
 * A seeded draw is a pure function of (seed, index of the token, logits): every token gets a seed
 * of its own. So a generation that another replica resumes after token n draws exactly what the
 * first one would have drawn, without replaying the n draws before.
 */
import type { Sampling } from '@corral/contracts';

/** What the native sampler is configured with. An absent field leaves that sampler out. */
export interface SamplerConfig {
  temperature: number;
  topK?: number;
  topP?: number;
  minP?: number;
  seed?: number;
  repeatPenalty?: number;
  repeatPenaltyPresencePenalty?: number;
  repeatPenaltyFrequencyPenalty?: number;
  /** How many of the last generated tokens the penalties see. */
  repeatPenaltyMaxTokens?: number;
  repeatPenaltyTokens?: Uint32Array;
  tokenBiasKeys?: Uint32Array;
  tokenBiasValues?: Float32Array;
}

export interface SamplingPlan {
  /** All but the seed and the penalised tokens. */
  base: SamplerConfig;
  /** Null for greedy: nothing is drawn. */
  seed: number | null;
  /** The configuration changes from token to token. */
  changesEachToken: boolean;
  /** The penalties look at the generated tokens. */
  penalises: boolean;
  /** Alternatives to report per token; null: no log-probabilities. */
  topLogprobs: number | null;
}

/** The lowest bias means "never": clients use it to ban a token. */
const BAN_BIAS = -100;

/**
 * The plan of one generation. `drawSeed` gives an integer from 0 to 2^32-1 for requests without a
 * seed. Penalties see what has been generated, never the prompt, over the whole context.
 */
export function planSampling(
  sampling: Sampling,
  options: {
    topLogprobs: number | null;
    contextTokens: number;
    drawSeed: () => number;
    /** Tokens that are never drawn, whatever the request says. Default: none. */
    banned?: readonly number[];
  },
): SamplingPlan {
  const greedy = sampling.temperature === 0;
  const base: SamplerConfig = { temperature: sampling.temperature };
  if (!greedy) {
    // A top-k of the whole vocabulary would sort it for nothing, so "all" leaves the sampler out.
    if (sampling.topK > 0) base.topK = sampling.topK;
    if (sampling.topP < 1) base.topP = sampling.topP;
    if (sampling.minP > 0) base.minP = sampling.minP;
  }
  const penalises =
    sampling.repeatPenalty !== 1 ||
    sampling.presencePenalty !== 0 ||
    sampling.frequencyPenalty !== 0;
  if (penalises) {
    base.repeatPenalty = sampling.repeatPenalty;
    base.repeatPenaltyPresencePenalty = sampling.presencePenalty;
    base.repeatPenaltyFrequencyPenalty = sampling.frequencyPenalty;
    base.repeatPenaltyMaxTokens = options.contextTokens;
  }
  const banned = options.banned ?? [];
  if (sampling.logitBias.length + banned.length > 0) {
    const bans = banned.map((token): [number, number] => [token, BAN_BIAS]);
    const biases = [...sampling.logitBias, ...bans];
    base.tokenBiasKeys = Uint32Array.from(biases, ([token]) => token);
    base.tokenBiasValues = Float32Array.from(biases, ([, bias]) =>
      bias === BAN_BIAS ? -Infinity : bias,
    );
  }
  return {
    base,
    seed: greedy ? null : (sampling.seed ?? options.drawSeed()),
    changesEachToken: !greedy && sampling.seed !== null,
    penalises,
    topLogprobs: options.topLogprobs,
  };
}

/** The tokens that the plan never wants drawn: a draw of one says that there was no other. */
export function bannedTokens({ base }: SamplingPlan): ReadonlySet<number> {
  const { tokenBiasKeys = [], tokenBiasValues = [] } = base;
  return new Set(Array.from(tokenBiasKeys).filter((_, i) => tokenBiasValues[i] === -Infinity));
}

/** The configuration for generated token number `index` (from 0) after the tokens `generated`. */
export function samplerConfigAt(
  plan: SamplingPlan,
  index: number,
  generated: readonly number[],
): SamplerConfig {
  const config = { ...plan.base };
  if (plan.seed !== null) config.seed = tokenSeed(plan.seed, index);
  if (plan.penalises) config.repeatPenaltyTokens = Uint32Array.from(generated);
  return config;
}

/**
 * A seed for each token that looks unrelated to its neighbours': the finaliser of MurmurHash3
 * (Austin Appleby, public domain) over the request's seed and the index.
 */
export function tokenSeed(seed: number, index: number): number {
  let hash = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

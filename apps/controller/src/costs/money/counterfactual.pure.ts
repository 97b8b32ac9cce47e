/** What a cloud model would have charged for the same tokens. Pure; rounded half up, once. */
import { fraction, roundHalfUp } from './fraction.pure.js';

/** Microdollars per million tokens. */
export interface TokenRates {
  inputPerMTok: number;
  /** Null: cached input costs as much as any. */
  cachedInputPerMTok: number | null;
  outputPerMTok: number;
}

export interface TokenCounts {
  /** All of the prompt, cached or not. */
  promptTokens: number;
  /** Of it, those that were found in a cache. */
  cachedTokens: number;
  completionTokens: number;
}

/** In microdollars. Our cache hits count as the cloud's: it is given the benefit of the doubt. */
export function counterfactual(rates: TokenRates, tokens: TokenCounts): number {
  const cached = BigInt(Math.min(tokens.cachedTokens, tokens.promptTokens));
  const uncached = BigInt(tokens.promptTokens) - cached;
  const cachedRate = rates.cachedInputPerMTok ?? rates.inputPerMTok;
  const millionths =
    uncached * BigInt(rates.inputPerMTok) +
    cached * BigInt(cachedRate) +
    BigInt(tokens.completionTokens) * BigInt(rates.outputPerMTok);
  return roundHalfUp(fraction(millionths, 1_000_000));
}

/** Log-probabilities as they are sent: with texts, and finite. */
import type { TokenLogprob } from '@corral/contracts';
import type { SampledToken } from '../context/decode-context.js';
import type { Vocabulary } from '../vocabulary/vocabulary.pure.js';

/** Stands for "practically impossible"; JSON has no infinity. */
const LOWEST_LOGPROB = -9999;
const LENIENT_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The report on one drawn token. `sampled.logprobs` must be there. */
export function presentLogprobs(sampled: SampledToken, vocabulary: Vocabulary): TokenLogprob {
  const present = (token: number, logprob: number) => {
    const piece = vocabulary.piece(token);
    return {
      token,
      text: piece.text ?? LENIENT_UTF8.decode(piece.bytes),
      logprob: Number.isFinite(logprob) ? Math.min(0, logprob) : LOWEST_LOGPROB,
    };
  };
  return {
    ...present(sampled.token, sampled.logprobs?.own ?? LOWEST_LOGPROB),
    top: (sampled.logprobs?.top ?? []).map(({ token, logprob }) => present(token, logprob)),
  };
}

/** The one piece of a stream that never ran. */
import type { Failure, StreamDelta } from '@corral/contracts';

export interface Refusal {
  key: string;
  /** Tokens that earlier attempts delivered. Default: 0. */
  acceptedTokens?: number;
  /** Tokens of the rendered prompt; 0: it was not rendered, and nothing is said about it. */
  promptTokens: number;
  failure: Failure;
}

/** Returns a piece without tokens, whose finish has the failure and zeros for counts and times. */
export function refusedStep({
  key,
  acceptedTokens = 0,
  promptTokens,
  failure,
}: Refusal): StreamDelta & { key: string } {
  return {
    key,
    index: acceptedTokens,
    tokens: [],
    text: '',
    ...(promptTokens > 0 && { prompt: { tokens: promptTokens, cachedTokens: 0 } }),
    finish: {
      reason: 'error',
      failure,
      promptTokens,
      cachedTokens: 0,
      completionTokens: 0,
      timings: { queueMs: 0, prefillMs: 0, decodeMs: 0, deviceMs: 0 },
    },
  };
}

/**
 * What a request may take, and what a loaded model cannot do for it, found before it takes a slot.
 * Pure.
 */
import type { Failure, GenerationRequest } from '@corral/contracts';

export interface ModelLimits {
  contextTokens: number;
  /** Token ids are below this; llama.cpp checks them nowhere. */
  vocabularySize: number;
}

/** Tokens of prompt and answer together at most: what the replica holds, or less if asked so. */
export function contextLimitOf(
  { maxContextTokens }: GenerationRequest,
  contextTokens: number,
): number {
  return Math.min(contextTokens, maxContextTokens ?? Infinity);
}

/** The reason to refuse, or null. `promptTokens` counts the prompt without accepted tokens. */
export function refuseRequest(
  request: GenerationRequest,
  promptTokens: number,
  limits: ModelLimits,
): Failure | null {
  return unknownToken(request, limits) ?? tooLong(request, promptTokens, limits);
}

function tooLong(
  request: GenerationRequest,
  promptTokens: number,
  { contextTokens }: ModelLimits,
): Failure | null {
  const { maxTokens, acceptedTokens } = request;
  // What the client asked for, whichever attempt this is.
  const answerTokens = maxTokens === null ? null : acceptedTokens.length + maxTokens;
  const sum = promptTokens + (answerTokens ?? 1);
  const limit = contextLimitOf(request, contextTokens);
  if (sum <= limit) return null;
  const asked = answerTokens === null ? '' : ` and {maxTokens} is ${answerTokens}`;
  const bound =
    limit === contextTokens
      ? `the context of this model holds ${limit}`
      : `your limits allow a context of ${limit}`;
  return {
    code: 'context_length_exceeded',
    message: `The prompt has ${promptTokens} tokens${asked}: ${sum} in all, but ${bound}.`,
  };
}

function unknownToken(request: GenerationRequest, { vocabularySize }: ModelLimits): Failure | null {
  const biased = request.sampling.logitBias.map(([token]) => token);
  const groups: [path: string[], tokens: number[]][] = [
    [['sampling', 'logitBias'], biased],
    [['acceptedTokens'], request.acceptedTokens],
  ];
  for (const [path, tokens] of groups) {
    const unknown = tokens.find((token) => token >= vocabularySize);
    if (unknown === undefined) continue;
    const message = `Token ${unknown} is not among the model's ${vocabularySize} tokens.`;
    return { code: 'invalid_value', message, path };
  }
  return null;
}

/** What a loaded model cannot do for a request, found before it takes a slot. Pure. */
import type { Failure, GenerationRequest } from '@corral/contracts';

export interface ModelLimits {
  contextTokens: number;
  /** Token ids are below this; llama.cpp checks them nowhere. */
  vocabularySize: number;
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
  { maxTokens }: GenerationRequest,
  promptTokens: number,
  { contextTokens }: ModelLimits,
): Failure | null {
  if (promptTokens + (maxTokens ?? 1) <= contextTokens) return null;
  const asked = maxTokens === null ? '' : ` and max_tokens is ${maxTokens}`;
  const sum = promptTokens + (maxTokens ?? 1);
  return {
    code: 'context_length_exceeded',
    message:
      `The prompt has ${promptTokens} tokens${asked}: ${sum} in all, ` +
      `but the context of this model holds ${contextTokens}.`,
  };
}

function unknownToken(request: GenerationRequest, { vocabularySize }: ModelLimits): Failure | null {
  const biased = request.sampling.logitBias.map(([token]) => token);
  const groups: [string, number[]][] = [
    ['logit_bias', biased],
    ['acceptedTokens', request.acceptedTokens],
  ];
  for (const [param, tokens] of groups) {
    const unknown = tokens.find((token) => token >= vocabularySize);
    if (unknown === undefined) continue;
    const message = `Token ${unknown} is not among the model's ${vocabularySize} tokens.`;
    return { code: 'invalid_value', message, param };
  }
  return null;
}

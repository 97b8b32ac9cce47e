/** OpenAI's sampling parameters as the canonical {@link Sampling}. */
import type { GenerationRequest, Sampling } from '@corral/contracts';
import type { CommonParameters } from './text-schema.js';

/**
 * What holds where the client says nothing. OpenAI's own default temperature of 1 makes small
 * local models ramble; the field's local servers settle near 0.8 with a min-p cut.
 */
const DEFAULT_TEMPERATURE = 0.7;
const DEFAULT_MIN_P = 0.05;

export function samplingOf(body: CommonParameters, choice: number): Sampling {
  return {
    temperature: body.temperature ?? DEFAULT_TEMPERATURE,
    topP: body.top_p ?? 1,
    // vLLM's clients send -1 for "off".
    topK: Math.max(0, body.top_k ?? 0),
    minP: body.min_p ?? DEFAULT_MIN_P,
    // Choices of one request must differ, and must differ in the same way each time.
    seed: body.seed == null ? null : (body.seed + choice) >>> 0,
    repeatPenalty: body.repetition_penalty ?? 1,
    presencePenalty: body.presence_penalty ?? 0,
    frequencyPenalty: body.frequency_penalty ?? 0,
    logitBias: Object.entries(body.logit_bias ?? {}).map(([token, bias]) => [Number(token), bias]),
  };
}

export function stopOf({ stop }: CommonParameters): GenerationRequest['stop'] {
  if (stop == null) return [];
  return typeof stop === 'string' ? [stop] : stop;
}

/** POST /v1/completions: the body, and its translation into canonical generations. */
import { z } from 'zod';
import type { Failure, GenerationRequest, Prompt } from '@corral/contracts';
import type { Translation } from '../openai/translation.js';
import { samplingOf, stopOf } from '../openai/sampling.js';
import { commonParameters, textSchema } from '../openai/text-schema.js';

/** OpenAI's documented default; the legacy endpoint was never meant to run to the context's end. */
const DEFAULT_MAX_TOKENS = 16;
const MAX_CHOICES = 64;

const tokensSchema = z.array(z.int().min(0)).min(1);

export const completionSchema = z.object({
  ...commonParameters,
  prompt: z.union([
    textSchema,
    tokensSchema,
    z.array(textSchema).min(1),
    z.array(tokensSchema).min(1),
  ]),
  suffix: textSchema.nullish(),
  echo: z.boolean().nullish(),
  logprobs: z.int().min(0).max(20).nullish(),
  best_of: z.int().min(1).nullish(),
});
export type CompletionBody = z.infer<typeof completionSchema>;

export interface CompletionPlan {
  requests: GenerationRequest[];
  choicesPerPrompt: number;
  /** What `echo` puts before each choice's text; empty strings without it. */
  echoes: string[];
}

export function toCompletionPlan(
  body: CompletionBody,
  cacheScope: string,
): Translation<CompletionPlan> {
  const failure = unsupported(body);
  if (failure !== null) return { ok: false, failure };
  const prompts = promptsOf(body);
  const choicesPerPrompt = body.n ?? 1;
  if (prompts.length * choicesPerPrompt > MAX_CHOICES) {
    const message = `${prompts.length} prompts with n = ${choicesPerPrompt} make more than ${MAX_CHOICES} choices.`;
    return { ok: false, failure: { code: 'invalid_value', message, param: 'prompt' } };
  }
  const requests = prompts.flatMap((prompt) =>
    Array.from({ length: choicesPerPrompt }, (_, choice) => ({
      prompt,
      sampling: samplingOf(body, choice),
      stop: stopOf(body),
      maxTokens: body.max_tokens ?? DEFAULT_MAX_TOKENS,
      topLogprobs: body.logprobs ?? null,
      cacheScope,
      acceptedTokens: [],
    })),
  );
  const echoes = requests.map(({ prompt }) => (body.echo === true ? plainText(prompt) : ''));
  return { ok: true, value: { requests, choicesPerPrompt, echoes } };
}

function promptsOf(body: CompletionBody): Prompt[] {
  const { prompt, suffix } = body;
  const fromText = (text: string): Prompt =>
    suffix == null || suffix === ''
      ? { kind: 'text', text }
      : { kind: 'infill', prefix: text, suffix };
  if (typeof prompt === 'string') return [fromText(prompt)];
  const [first] = prompt;
  if (typeof first === 'number') return [{ kind: 'tokens', tokens: prompt as number[] }];
  return (prompt as (string | number[])[]).map((one) =>
    typeof one === 'string' ? fromText(one) : { kind: 'tokens', tokens: one },
  );
}

function plainText(prompt: Prompt): string {
  if (prompt.kind === 'text') return prompt.text;
  return prompt.kind === 'infill' ? prompt.prefix : '';
}

function unsupported(body: CompletionBody): Failure | null {
  const isTokens = typeof body.prompt !== 'string' && typeof body.prompt[0] !== 'string';
  if (body.echo === true && isTokens) {
    return refusal('echo', 'echo needs the prompt as text.');
  }
  if (body.echo === true && body.logprobs != null) {
    return refusal('echo', 'echo together with logprobs is not supported.');
  }
  if (isTokens && body.suffix != null && body.suffix !== '') {
    return refusal('suffix', 'suffix needs the prompt as text.');
  }
  if (body.best_of != null && body.best_of !== (body.n ?? 1)) {
    return refusal('best_of', 'best_of is not supported; ask for n answers instead.');
  }
  return null;
}

function refusal(param: string, message: string): Failure {
  return { code: 'unsupported_parameter', message, param };
}

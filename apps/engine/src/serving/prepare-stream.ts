/**
 * From a request to a stream that can run, or the reason why this model cannot serve it. The checks
 * come in the order of their cost to the client: a prompt that cannot be read first, a schema last.
 */
import type { Failure, GenerationRequest } from '@corral/contracts';
import type { ResponseGrammars } from '../dialogue/grammar/response-grammars.js';
import { TextReader } from '../dialogue/text-reader.pure.js';
import { planSampling } from '../context/sampling.js';
import { TokenStream } from '../generation/token-stream.js';
import type { LoadedModel } from '../load/load-model.js';
import { refuseRequest } from '../generation/request-limits.pure.js';

export interface StartOptions {
  /** Unique among the streams on board. */
  key: string;
  request: GenerationRequest;
  /** The stream ends with `deadline_exceeded` unless it gets a slot within this; null: no limit. */
  remainingMs: number | null;
}

/** What streams are made of. */
export interface StreamSources {
  model: LoadedModel;
  grammars: ResponseGrammars;
  /** Returns a seed, 0 to 2^32-1, for a request without one. */
  drawSeed: () => number;
}

export type PreparedStream =
  | { ok: true; stream: TokenStream }
  /** `promptTokens`: of the rendered prompt; 0 when it could not be rendered. */
  | { ok: false; failure: Failure; promptTokens: number };

/** Returns the stream of a request that arrived at `arrivedAtMs` (monotonic). */
export function prepareStream(
  { key, request, remainingMs }: StartOptions,
  arrivedAtMs: number,
  { model, grammars, drawSeed }: StreamSources,
): PreparedStream {
  const prompt = model.prompts.encode(request.prompt);
  if (!prompt.ok) return { ok: false, failure: prompt.failure, promptTokens: 0 };
  const promptTokens = prompt.tokens.length;
  const { vocabulary } = model;
  const { contextTokens } = model.ready;
  const limits = { contextTokens, vocabularySize: vocabulary.size };
  const failure = refuseRequest(request, promptTokens, limits);
  if (failure) return { ok: false, failure, promptTokens };
  const made = grammars.of(request.responseFormat);
  if (!made.ok) return { ok: false, failure: made.failure, promptTokens };
  const stream = new TokenStream({
    key,
    request,
    promptTokens: prompt.tokens,
    vocabulary,
    reader: new TextReader(),
    grammar: made.grammar,
    sampling: planSampling(request.sampling, {
      topLogprobs: request.topLogprobs,
      contextTokens,
      drawSeed,
      banned: made.banned,
    }),
    contextTokens,
    arrivedAtMs,
    deadlineAtMs: remainingMs === null ? null : arrivedAtMs + remainingMs,
  });
  return { ok: true, stream };
}

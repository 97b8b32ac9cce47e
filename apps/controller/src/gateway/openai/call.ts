/** What OpenAI's two endpoints for text have in common on the way in. */
import type { FastifyRequest } from 'fastify';
import type { AuthenticatedKey } from '../../api-keys/authenticated-key.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { CompletionCall } from '../completion-call.js';
import type { Translation } from './translation.js';
import type { CommonParameters } from './text-schema.js';

/** Sent by OpenAI's SDKs: the seconds that the client will wait. */
const TIMEOUT_HEADER = 'x-stainless-timeout';

/** The call that the body asks for. */
export function callOf(
  body: CommonParameters,
  key: AuthenticatedKey,
  request: FastifyRequest,
  asked: Pick<CompletionCall, 'requests' | 'choicesPerPrompt'>,
): CompletionCall {
  const { requests, choicesPerPrompt } = asked;
  return {
    requestId: request.id,
    key,
    model: body.model,
    requests,
    choicesPerPrompt,
    timeoutMs: timeoutOf(request),
    streaming: body.stream === true,
  };
}

/** What was translated. Throws {@link FailureException} when the body cannot be. */
export function translated<T>(translation: Translation<T>): T {
  if (translation.ok) return translation.value;
  throw new FailureException(translation.failure);
}

function timeoutOf(request: FastifyRequest): number | null {
  const seconds = Number(request.headers[TIMEOUT_HEADER]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

/** OpenAI's error body. `type` follows the status, as its SDKs expect; `code` is ours or theirs. */
import { ERRORS, type ErrorCode, type Failure } from '@corral/contracts';

export interface OpenAiErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

export function openAiErrorBody(failure: Failure): OpenAiErrorBody {
  return {
    error: {
      message: failure.message,
      type: typeOf(failure.code),
      param: failure.param ?? null,
      code: failure.code,
    },
  };
}

function typeOf(code: ErrorCode): string {
  const { status } = ERRORS[code];
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (code === 'insufficient_quota') return code;
  if (status === 429) return 'rate_limit_error';
  if (status < 500) return 'invalid_request_error';
  return status === 503 ? 'service_unavailable_error' : 'server_error';
}

/** Errors of the routes under /v1, before and after they reach a handler. */
export const openAiErrors = { prefix: '/v1/', body: openAiErrorBody };

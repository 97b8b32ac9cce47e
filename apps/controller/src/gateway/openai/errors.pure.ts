/** Failures and limits as OpenAI's API tells them. */
import { ERRORS, type ErrorCode, type Failure } from '@corral/contracts';
import type { ErrorDialect } from '../../common/error-dialect.pure.js';
import { fieldOf, withFieldNames } from './fields.pure.js';
import type { RateLimit } from '../../common/rate-limit.pure.js';

export interface OpenAiErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

/** `type` follows the status, as OpenAI's SDKs expect; `code` is ours or theirs. */
export function openAiErrorBody(failure: Failure): OpenAiErrorBody {
  return {
    error: {
      message: withFieldNames(failure.message),
      type: typeOf(failure.code),
      param: failure.param ?? fieldOf(failure.path),
      code: failure.code,
    },
  };
}

/** The dialect of all routes under /v1, and of paths there that no route has. */
export const openAiErrors: ErrorDialect = {
  claims: (path) => path.startsWith('/v1/'),
  body: openAiErrorBody,
  limitHeaders: (limits) => Object.assign({}, ...limits.map(headersOf)) as Record<string, string>,
};

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

function headersOf({ metric, limit, remaining, resetInMs }: RateLimit): Record<string, string> {
  return {
    [`x-ratelimit-limit-${metric}`]: String(limit),
    [`x-ratelimit-remaining-${metric}`]: String(remaining),
    [`x-ratelimit-reset-${metric}`]: duration(resetInMs),
  };
}

/** `1s`, `6m0s`: whole seconds, as OpenAI writes them. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

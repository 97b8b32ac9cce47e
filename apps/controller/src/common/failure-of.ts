/** Any error that reaches the edge, as something a caller may be told. */
import { HttpException } from '@nestjs/common';
import { ERRORS, type ErrorCode, type Failure } from '@corral/contracts';
import { FailureException } from './failure-exception.pure.js';
import type { RateLimit } from './rate-limit.pure.js';

export interface DescribedFailure {
  /** HTTP status. */
  status: number;
  failure: Failure;
  retryAfterMs: number | null;
  /** What is left of the caller's limits. */
  limits: readonly RateLimit[];
  /** Nobody expected it: it belongs into the log, and its text to nobody else. */
  isFault: boolean;
}

const CODE_OF_STATUS: Partial<Record<number, ErrorCode>> = {
  401: 'invalid_api_key',
  403: 'permission_denied',
  404: 'not_found',
  409: 'conflict',
  413: 'request_too_large',
  429: 'rate_limit_exceeded',
  503: 'dependency_unavailable',
};

/** Prisma's and Node's words for a database that cannot be reached, or does not answer in time. */
const DATABASE_AWAY = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
]);

const AWAY: Failure = {
  code: 'dependency_unavailable',
  message: 'The database is away. Try again shortly.',
};

const NOT_JSON = 'Send the body as JSON, with the header Content-Type: application/json.';

export function describeFailure(error: unknown): DescribedFailure {
  if (error instanceof FailureException) {
    const { failure, retryAfterMs, limits } = error;
    return { status: ERRORS[failure.code].status, failure, retryAfterMs, limits, isFault: false };
  }
  const status = statusOf(error);
  if (status !== null && status < 500) {
    const code = CODE_OF_STATUS[status] ?? 'invalid_request';
    const message = status === 415 ? NOT_JSON : messageOf(error);
    return { status, failure: { code, message }, retryAfterMs: null, limits: [], isFault: false };
  }
  if (error instanceof Error && 'code' in error && DATABASE_AWAY.has(String(error.code))) {
    return describeFailure(new FailureException(AWAY, 5_000));
  }
  return {
    status: 500,
    failure: {
      code: 'internal_error',
      message: 'Something went wrong here. The log has it under this request id.',
    },
    retryAfterMs: null,
    limits: [],
    isFault: true,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The request is not valid.';
}

/** Nest's exceptions and Fastify's errors both carry a status. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return null;
}

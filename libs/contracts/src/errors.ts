/**
 * Every expected failure of a request, in one list. Processes send the code; the edge (a dialect)
 * turns it into the status and the body its clients know.
 *
 * - `status`: HTTP status when nothing has been sent yet.
 * - `retryable`: another replica, or the same one later, may succeed with the same request.
 */
import { z } from 'zod';

export const ERRORS = {
  invalid_request: { status: 400, retryable: false },
  invalid_value: { status: 400, retryable: false },
  unsupported_parameter: { status: 400, retryable: false },
  context_length_exceeded: { status: 400, retryable: false },
  invalid_template: { status: 400, retryable: false },
  invalid_api_key: { status: 401, retryable: false },
  permission_denied: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  model_not_found: { status: 404, retryable: false },
  conflict: { status: 409, retryable: false },
  request_too_large: { status: 413, retryable: false },
  rate_limit_exceeded: { status: 429, retryable: true },
  /** A budget is used up: trying again before it resets is of no use. */
  insufficient_quota: { status: 429, retryable: false },
  client_closed: { status: 499, retryable: false },
  internal_error: { status: 500, retryable: false },
  /** The queue is full, or the wait would be longer than allowed. */
  overloaded: { status: 503, retryable: true },
  /** A replica is on its way (fetching, loading, warming) and none is ready yet. */
  model_loading: { status: 503, retryable: true },
  /** No replica is ready and none is on its way: the reason is in the message. */
  model_unavailable: { status: 503, retryable: true },
  /** The engine process ended or hung while the generation was on board. */
  engine_crashed: { status: 503, retryable: true },
  /** The worker went silent or restarted while the generation was on board. */
  worker_lost: { status: 503, retryable: true },
  /** The controller is being stopped; another one, or the same a little later, will take it. */
  stopping: { status: 503, retryable: true },
  /** A store that the request needs (PostgreSQL, NATS) cannot be reached. */
  dependency_unavailable: { status: 503, retryable: true },
  deadline_exceeded: { status: 504, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** A failure as data on the wire; rebuilt into a response at the edge. */
export const failureSchema = z.object({
  code: z.enum(ERROR_CODES),
  /**
   * For the caller to read; says what to do next. Holds no prompt text and no secret. It can name a
   * field of the GenerationRequest in braces (`{maxTokens}`); a dialect puts the client's name there.
   */
  message: z.string().max(2000),
  /** Where the fault is in the GenerationRequest (`['prompt', 'messages']`); absent: nowhere in it. */
  path: z.array(z.union([z.string(), z.int()])).optional(),
  /** The field of the client's own body at fault (`messages[2].content`), where a dialect knows it. */
  param: z.string().nullish(),
});
export type Failure = z.infer<typeof failureSchema>;

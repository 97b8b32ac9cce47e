/**
 * One call to the controller: same origin, session cookie, JSON, a deadline, and the body checked
 * by its schema. What goes wrong comes back as data, since every page has to say what to do next.
 */
import type { z } from 'zod';
import { parseJson } from './parse-json';

/** Deadline of a call unless it names another. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** Seconds to wait when a throttled answer does not say how long. */
const DEFAULT_RETRY_AFTER_SECONDS = 10;

/**
 * - `unauthorized`: no session, or wrong credentials.
 * - `throttled`: too many tries; again after `retryAfterSeconds`.
 * - `unreachable`: no connection, the deadline passed, or a proxy answered for a dead controller.
 * - `unreadable`: an answer that this console does not understand (another version, usually).
 * - `refused`: any other status; `message` is the controller's own words, null where it gave none.
 */
export type ApiFailure =
  | { kind: 'unauthorized' }
  | { kind: 'throttled'; retryAfterSeconds: number }
  | { kind: 'unreachable' }
  | { kind: 'unreadable' }
  | { kind: 'refused'; status: number; message: string | null };

export type ApiResult<T> = { ok: true; value: T } | { ok: false; failure: ApiFailure };

export interface ApiCall<T> {
  method?: 'GET' | 'POST';
  /** Absolute path on this origin. */
  path: string;
  /** Sent as JSON; absent: no body. */
  body?: unknown;
  /** What a 2xx body must be. */
  schema: z.ZodType<T>;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** The value, or why there is none. Throws only when `signal` is aborted. */
export async function callApi<T>(
  call: ApiCall<T>,
  fetchResponse: typeof fetch = (input, init) => fetch(input, init),
): Promise<ApiResult<T>> {
  const deadline = AbortSignal.timeout(call.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  try {
    const response = await fetchResponse(call.path, {
      method: call.method ?? 'GET',
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: call.signal ? AbortSignal.any([deadline, call.signal]) : deadline,
    });
    const body = parseJson(await response.text());
    return response.ok ? valueOf(body, call.schema) : failed(failureOf(response, body));
  } catch (error) {
    if (call.signal?.aborted) throw error;
    return failed({ kind: 'unreachable' });
  }
}

function valueOf<T>(body: unknown, schema: z.ZodType<T>): ApiResult<T> {
  const parsed = schema.safeParse(body);
  return parsed.success ? { ok: true, value: parsed.data } : failed({ kind: 'unreadable' });
}

function failed(failure: ApiFailure): { ok: false; failure: ApiFailure } {
  return { ok: false, failure };
}

function failureOf(response: Response, body: unknown): ApiFailure {
  if (response.status === 401) return { kind: 'unauthorized' };
  if (response.status === 429) {
    return { kind: 'throttled', retryAfterSeconds: retryAfterSeconds(response.headers) };
  }
  if (response.status === 502 || response.status === 504) return { kind: 'unreachable' };
  return { kind: 'refused', status: response.status, message: messageOf(body) };
}

/** better-auth writes `X-Retry-After`; the admin API the standard header. Seconds, 1 or more. */
function retryAfterSeconds(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? headers.get('x-retry-after'));
  return seconds > 0 ? Math.ceil(seconds) : DEFAULT_RETRY_AFTER_SECONDS;
}

/** The text of `{ error: { message } }` (admin API) or `{ message }` (better-auth). */
function messageOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  if ('error' in body) return messageOf(body.error);
  return 'message' in body && typeof body.message === 'string' ? body.message : null;
}

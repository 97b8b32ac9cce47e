/** A call that failed, as the one line that a person reads. */
import { adminErrorSchema } from '@corral/contracts/http';
import { CliError, EXIT } from '../cli-error.js';

/** The controller said no. */
export class Refusal extends CliError {
  constructor(
    message: string,
    /** The field at fault, as the controller names it; null: it names none. */
    readonly param: string | null,
    hint?: string,
  ) {
    super(message, EXIT.refused, hint);
  }
}

/** @param json the body of the answer, in the shape of the admin API or in any other */
export function refusal(status: number, json: unknown): Refusal {
  const body = adminErrorSchema.safeParse(json);
  const message = body.success ? body.data.error.message : `HTTP status ${status}`;
  const hint =
    status === 401 || status === 403
      ? 'Give the admin token with --token or CORRAL_ADMIN_TOKEN, or name the data folder with --home.'
      : undefined;
  const param = body.success ? (body.data.error.param ?? null) : null;
  return new Refusal(message, param, hint);
}

export function noAnswer(url: string, cause: unknown, timeoutMs: number): CliError {
  return new CliError(
    `No answer from ${url}: ${reasonOf(cause, timeoutMs)}.`,
    EXIT.unreachable,
    'Is Corral running there? `corral up` starts one; --url names another.',
    { cause },
  );
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (isTimeout(error)) return `nothing within ${timeoutMs / 1000} s`;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

/** What an AbortSignal gives as its reason need not be an Error of this realm. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'TimeoutError'
  );
}

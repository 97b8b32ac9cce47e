/**
 * One call of the admin API: the token, a deadline, the answer parsed by its contract, and a "no"
 * turned into a {@link CliError}. The files beside this one say which calls there are.
 */
import { z } from 'zod';
import { CliError, EXIT } from '../cli-error.js';
import { noAnswer, refusal } from './call-failures.js';
import { Silence } from './silence.js';

const TIMEOUT_MS = 15_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface CallOptions {
  /** Sent as JSON; absent: no body. */
  body?: unknown;
  /** Until the whole answer is there. Default: 15 seconds. */
  timeoutMs?: number;
}

/** Throws {@link CliError}: `unreachable` without an answer, `refused` for an answer that says no. */
export class AdminConnection {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async call<S extends z.ZodType>(
    method: Method,
    path: string,
    schema: S,
    { body, timeoutMs = TIMEOUT_MS }: CallOptions = {},
  ): Promise<z.output<S>> {
    const text = await this.exchange(method, path, body, timeoutMs);
    const answer = schema.safeParse(parseJson(text));
    if (answer.success) return answer.data;
    throw new CliError(
      `The answer to ${method} ${path} is not one that this version knows: ${z.prettifyError(answer.error)}`,
      EXIT.fault,
      'Use the command line of the same version as the controller.',
    );
  }

  async list<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>[]> {
    return (await this.call('GET', path, z.object({ data: z.array(schema) }))).data;
  }

  /**
   * The pieces of an answer of any size, as they come. Each may take as long to arrive as another
   * call may take in all; how long the reader takes with one does not count.
   */
  async *download(path: string): AsyncGenerator<Uint8Array> {
    const silence = new Silence(TIMEOUT_MS);
    try {
      silence.begin();
      const response = await this.fetch('GET', path, undefined, silence.signal);
      if (!response.ok) throw refusal(response.status, parseJson(await response.text()));
      for await (const piece of response.body ?? []) {
        silence.end();
        yield piece;
        silence.begin();
      }
    } catch (error) {
      throw error instanceof CliError ? error : noAnswer(this.url, error, TIMEOUT_MS);
    } finally {
      silence.end();
    }
  }

  private async exchange(
    method: Method,
    path: string,
    body: unknown,
    timeoutMs: number,
  ): Promise<string> {
    let status: number;
    let text: string;
    try {
      const response = await this.fetch(method, path, body, AbortSignal.timeout(timeoutMs));
      status = response.status;
      text = await response.text();
    } catch (cause) {
      throw noAnswer(this.url, cause, timeoutMs);
    }
    if (status >= 400) throw refusal(status, parseJson(text));
    return text;
  }

  private fetch(
    method: Method,
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<Response> {
    return fetch(`${this.url}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // Some other server answers at this address; the schema says so.
    return undefined;
  }
}

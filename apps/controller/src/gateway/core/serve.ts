/** Answers one request: its headers, its body or stream, and its end when the caller is gone. */
import { collectAnswer } from './collect.js';
import type { Completion } from './completion.js';
import type { Dialect } from './dialect.js';
import { streamAnswer } from './stream.js';

/**
 * A caller that takes nothing of its stream for so long is cut, and its generation is stopped. One
 * that only waits for tokens is sent waiting signals in the meantime, and takes those.
 */
const STALLED_READER_MS = 30_000;

/** The response, as far as serving needs it. */
export interface Reply {
  headers(headers: Record<string, string>): unknown;
  readonly raw: {
    readonly destroyed: boolean;
    once(event: 'close', listener: () => void): unknown;
    setTimeout(ms: number): unknown;
  };
}

/**
 * Resolves to what is to be sent: a body, or the text of a stream. Throws `FailureException` when
 * the request fails before anything was sent. Cancels the completion when the connection closes.
 */
export async function serve(
  completion: Completion,
  dialect: Dialect,
  streaming: boolean,
  reply: Reply,
): Promise<object> {
  reply.headers(dialect.errors.limitHeaders(completion.limits));
  cancelWhenClosed(reply, completion);
  if (!streaming) return collectAnswer(completion, dialect);
  const text = await streamAnswer(completion, dialect);
  reply.headers({
    'content-type': dialect.streamType,
    'cache-control': 'no-cache',
    // nginx would hold the tokens back.
    'x-accel-buffering': 'no',
  });
  // Nobody listens to the time-out, so the connection is destroyed: see cancelWhenClosed.
  reply.raw.setTimeout(STALLED_READER_MS);
  return text;
}

/** A generator that waits for a token cannot be stopped from outside; its source can. */
function cancelWhenClosed(reply: Reply, completion: Completion): void {
  if (reply.raw.destroyed) completion.cancel();
  else reply.raw.once('close', () => completion.cancel());
}

/**
 * One try to get the rest of a file from one source. It asks nobody but that source (a redirect is
 * refused), takes no more bytes than were promised, and gives up on a source that sends too slowly.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { FileSource } from '@corral/contracts';
import type { Clock } from '../infra/clock.js';
import { systemErrorCode } from '../infra/system-error.js';
import type { Pace } from './pace.pure.js';
import type { PartialFile } from './partial-file.js';
import { judgeAnswer, type AnswerVerdict } from './source-answer.pure.js';

export type DownloadEnd =
  /** All bytes are here; whether they are the right ones is not known yet. */
  | { end: 'complete' }
  | { end: 'busy'; retryInMs: number }
  | { end: 'failed'; reason: string }
  /** By the order's own signal. */
  | { end: 'aborted' };

export interface DownloadOrder {
  source: FileSource;
  partial: PartialFile;
  sizeBytes: number;
  pace: Pace;
  clock: Clock;
  signal: AbortSignal;
  /** A source that brings less than {@link LEAST_BYTES} within so long is given up. */
  patienceMs: number;
}

export const LEAST_BYTES = 32 * 2 ** 10;

/** Rejects only when what has come cannot be written: a fault of this node, not of the source. */
export async function download(order: DownloadOrder): Promise<DownloadEnd> {
  const tooSlow = new AbortController();
  const signal = AbortSignal.any([order.signal, tooSlow.signal]);
  const startBytes = order.partial.bytes;
  let looked = startBytes;
  const watch = setInterval(() => {
    if (order.partial.bytes - looked < LEAST_BYTES) tooSlow.abort();
    looked = order.partial.bytes;
  }, order.patienceMs);
  try {
    const response = await ask(order, signal);
    if (response instanceof Response) return await take(response, order, signal);
    return response;
  } finally {
    clearInterval(watch);
    // Whatever way it ended, nobody reads on.
    tooSlow.abort();
  }
}

async function ask(
  { source, partial, signal }: DownloadOrder,
  either: AbortSignal,
): Promise<Response | DownloadEnd> {
  const headers = new Headers({ authorization: `Bearer ${source.token}` });
  if (partial.bytes > 0) headers.set('range', `bytes=${partial.bytes}-`);
  try {
    return await fetch(source.url, { headers, redirect: 'error', signal: either });
  } catch (fault) {
    return endOf(fault, signal, either);
  }
}

async function take(
  response: Response,
  order: DownloadOrder,
  signal: AbortSignal,
): Promise<DownloadEnd> {
  const { partial, sizeBytes, pace, clock } = order;
  const head = { status: response.status, header: (name: string) => response.headers.get(name) };
  const verdict = judgeAnswer(head, partial.bytes, sizeBytes);
  if (verdict.do === 'start_over') await partial.startOver();
  else if (verdict.do !== 'append') return refused(verdict);
  const chunks = response.body?.getReader();
  if (chunks === undefined) return { end: 'failed', reason: 'it sent no content' };
  for (;;) {
    let chunk: Uint8Array | undefined;
    try {
      chunk = (await chunks.read()).value as Uint8Array | undefined;
    } catch (fault) {
      return endOf(fault, order.signal, signal);
    }
    if (chunk === undefined) break;
    if (partial.bytes + chunk.length > sizeBytes) {
      return { end: 'failed', reason: `it sent more than the file's ${sizeBytes} bytes` };
    }
    await partial.append(chunk);
    const delayMs = pace.delayMs(chunk.length, clock.nowMs());
    if (delayMs > 0) await wait(delayMs, undefined, { signal }).catch(() => undefined);
  }
  if (partial.bytes === sizeBytes) return { end: 'complete' };
  return { end: 'failed', reason: 'it ended before the file did' };
}

function refused(verdict: Extract<AnswerVerdict, { do: 'come_back' | 'give_up' }>): DownloadEnd {
  if (verdict.do === 'come_back') return { end: 'busy', retryInMs: verdict.inMs };
  return { end: 'failed', reason: verdict.reason };
}

function endOf(fault: unknown, own: AbortSignal, either: AbortSignal): DownloadEnd {
  if (own.aborted) return { end: 'aborted' };
  if (either.aborted) return { end: 'failed', reason: 'it sends too little, or nothing at all' };
  const cause = fault instanceof Error ? fault.cause : undefined;
  const code = systemErrorCode(cause);
  const said = cause instanceof Error ? cause.message : 'the connection was cut';
  return { end: 'failed', reason: `it cannot be reached (${code ?? said.slice(0, 200)})` };
}

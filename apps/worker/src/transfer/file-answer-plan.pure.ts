/**
 * What the file server answers: pure, so that every case is a test. A path is a digest or nothing;
 * no part of it ever becomes a name on the disk. The first that applies:
 *
 *  1. No token, or a wrong one: 401, whatever was asked.
 *  2. Another method than GET or HEAD: 405.
 *  3. No digest, or one of a file that is not in the store: 404.
 *  4. A range beyond the file: 416.
 *  5. As many uploads as there may be: 503, to come back soon. By then another node has the file.
 *  6. The file, or the part of it that was asked for.
 */
import { modelDigestSchema } from '@corral/contracts';
import { byteRangeOf } from './byte-range.pure.js';

/** More at once would make all of them wait for the last; a file that has arrived is served on. */
export const MAX_UPLOADS = 2;
const RETRY_AFTER_S = 1;

export interface FileAsk {
  method: string;
  /** Path of the address, with whatever follows it. */
  path: string;
  hasToken: boolean;
  /** The `Range` header. */
  range: string | undefined;
}

export interface ServedFiles {
  /** Bytes of a file in the store; null when it is not there. */
  sizeOf: (digest: string) => number | null;
  /** Under way now. */
  uploads: number;
}

export type FileAnswer =
  | { kind: 'refusal'; status: 401 | 404 | 405 | 416 | 503; headers: Record<string, string> }
  | {
      kind: 'file';
      status: 200 | 206;
      headers: Record<string, string>;
      digest: string;
      /** Both ends belong to it. */
      first: number;
      last: number;
      /** False for HEAD. */
      hasBody: boolean;
    };

export function planAnswer(ask: FileAsk, { sizeOf, uploads }: ServedFiles): FileAnswer {
  if (!ask.hasToken) return refusal(401, { 'www-authenticate': 'Bearer' });
  if (ask.method !== 'GET' && ask.method !== 'HEAD') return refusal(405, { allow: 'GET, HEAD' });
  const digest = digestOf(ask.path);
  const sizeBytes = digest === null ? null : sizeOf(digest);
  if (digest === null || sizeBytes === null) return refusal(404);
  const range = byteRangeOf(ask.range, sizeBytes);
  if (range.kind === 'unsatisfiable') {
    return refusal(416, { 'content-range': `bytes */${sizeBytes}` });
  }
  const hasBody = ask.method === 'GET';
  if (hasBody && uploads >= MAX_UPLOADS) {
    return refusal(503, { 'retry-after': String(RETRY_AFTER_S) });
  }
  const { first, last } = range.kind === 'part' ? range : { first: 0, last: sizeBytes - 1 };
  return {
    kind: 'file',
    status: range.kind === 'part' ? 206 : 200,
    headers: {
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'content-length': String(last - first + 1),
      etag: `"${digest}"`,
      ...(range.kind === 'part' ? { 'content-range': `bytes ${first}-${last}/${sizeBytes}` } : {}),
    },
    digest,
    first,
    last,
    hasBody,
  };
}

function digestOf(path: string): string | null {
  const match = /^\/models\/([^/?#]*)$/.exec(path);
  return modelDigestSchema.safeParse(match?.[1]).data ?? null;
}

function refusal(
  status: Extract<FileAnswer, { kind: 'refusal' }>['status'],
  headers: Record<string, string> = {},
): FileAnswer {
  return { kind: 'refusal', status, headers: { 'content-length': '0', ...headers } };
}

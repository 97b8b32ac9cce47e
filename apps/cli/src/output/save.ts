/** Where a download goes: to a file, whole or not at all, or to standard output. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes all pieces to `path` and gives their size in bytes. The file appears when the last piece
 * is in it: half a ledger would look like a whole one. It is readable by its owner only.
 */
export async function saveTo(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const part = `${path}.part`;
  const file = createWriteStream(part, { mode: 0o600 });
  try {
    await pipeline(Readable.from(pieces), file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await rename(part, path);
  return file.bytesWritten;
}

/** Waits for a slow reader. A reader that has gone away (`… | head -1`) ends the download. */
export async function writeTo(
  out: NodeJS.WritableStream,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), out, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}

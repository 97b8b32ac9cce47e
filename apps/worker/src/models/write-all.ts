import type { FileHandle } from 'node:fs/promises';

/** Writes all of the chunk at that place; a system may take less of it at once. */
export async function writeAll(
  target: FileHandle,
  chunk: Uint8Array,
  position: number,
): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const rest = chunk.length - written;
    const { bytesWritten } = await target.write(chunk, written, rest, position + written);
    written += bytesWritten;
  }
}

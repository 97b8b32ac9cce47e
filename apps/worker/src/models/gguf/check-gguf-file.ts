/** The pre-check of an open file: reads as much of it as the header needs, and no more. */
import type { FileHandle } from 'node:fs/promises';
import type { ModelFacts } from '@corral/contracts';
import { readGgufHeader } from './gguf-header.js';
import { ModelRefusal, HeaderIncomplete } from './model-refusal.js';
import { factsOf } from './model-facts.js';

const FIRST_READ_BYTES = 2 ** 20;
/** A vocabulary of a million tokens takes some 40 MiB. */
const LONGEST_HEADER_BYTES = 128 * 2 ** 20;

/** The facts of a sound model file. Throws {@link ModelRefusal} for any other. */
export async function checkGgufFile(file: FileHandle, fileBytes: number): Promise<ModelFacts> {
  for (let wanted = FIRST_READ_BYTES; ; wanted *= 4) {
    const bytes = await readStart(file, Math.min(wanted, fileBytes));
    try {
      return factsOf(readGgufHeader(bytes, fileBytes));
    } catch (fault) {
      if (!(fault instanceof HeaderIncomplete)) throw fault;
    }
    if (wanted >= fileBytes) {
      throw new ModelRefusal(`truncated: the header goes on after the file's ${fileBytes} bytes`);
    }
    if (wanted >= LONGEST_HEADER_BYTES) {
      throw new ModelRefusal(`damaged: the header is longer than ${LONGEST_HEADER_BYTES} bytes`);
    }
  }
}

async function readStart(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Files that look like models and are none: what an import or a load has to refuse. */
import { copyFile, open, stat, truncate } from 'node:fs/promises';

/** Ways to spoil a good GGUF file. */
export const GGUF_FAULTS = [
  /** Cut in the middle of the weights. */
  'truncated-data',
  /** Cut in the middle of the header. */
  'truncated-header',
  /** The first four bytes are not `GGUF`. */
  'wrong-magic',
  /** A version that no reader knows. */
  'wrong-version',
  /** The header claims 2^40 tensors. */
  'huge-tensor-count',
  /** The header claims 2^40 metadata entries. */
  'huge-metadata-count',
  /** No bytes at all. */
  'empty',
] as const;
export type GgufFault = (typeof GGUF_FAULTS)[number];

/** Copies the good model at `source` to `target` with one fault in it. */
export async function writeMalformedGguf(
  source: string,
  target: string,
  fault: GgufFault,
): Promise<void> {
  await copyFile(source, target);
  const { size } = await stat(target);
  switch (fault) {
    case 'truncated-data':
      return truncate(target, size - Math.ceil(size / 4));
    case 'truncated-header':
      return truncate(target, 200);
    case 'wrong-magic':
      return overwrite(target, 0, Buffer.from('GGML'));
    case 'wrong-version':
      return overwrite(target, 4, Buffer.from([0x63, 0, 0, 0]));
    case 'huge-tensor-count':
      return overwrite(target, 8, Buffer.from([0, 0, 0, 0, 0, 1, 0, 0]));
    case 'huge-metadata-count':
      return overwrite(target, 16, Buffer.from([0, 0, 0, 0, 0, 1, 0, 0]));
    case 'empty':
      return truncate(target, 0);
  }
}

async function overwrite(path: string, position: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, position);
  } finally {
    await file.close();
  }
}

/**
 * What is kept beside each model file, as `<digest>.json`. The record is written before the file
 * gets its name, so a file without a record is an import that never finished.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { modelDigestSchema, modelFactsSchema } from '@corral/contracts';
import { z } from 'zod';

export const modelRecordSchema = z.object({
  digest: modelDigestSchema,
  /** Name of the file that was imported, for people; names on disk are made from the digest. */
  fileName: z.string().max(300),
  sizeBytes: z.int().min(1),
  facts: modelFactsSchema,
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

export function modelPath(directory: string, digest: string): string {
  return join(directory, `${digest}.gguf`);
}

export function recordPath(directory: string, digest: string): string {
  return join(directory, `${digest}.json`);
}

/** Null when there is no record or it cannot be read as one. */
export async function readRecord(file: string): Promise<ModelRecord | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return modelRecordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function writeRecord(directory: string, record: ModelRecord): Promise<void> {
  // A name of its own: the same model may be imported twice at the same time.
  const partPath = join(directory, `${randomUUID()}.part`);
  try {
    await writeFile(partPath, JSON.stringify(record), { mode: 0o600, flush: true });
    await rename(partPath, recordPath(directory, record.digest));
  } catch (fault) {
    await rm(partPath, { force: true });
    throw fault;
  }
}

/** Makes renames in the folder of `file` last through a power cut, where the system knows how. */
export async function syncFolderOf(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

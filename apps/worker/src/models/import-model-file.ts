/**
 * Copies one model file into the store: checked, hashed while it is copied, checked again as copied,
 * and named by its digest only when all of it is on the disk. Never linked: whoever owns the
 * original may change it at any time, and what was checked must be what is loaded.
 */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import type { Failure } from '@corral/contracts';
import { systemErrorCode } from '../infra/system-error.js';
import { freeBytesOf } from './free-space.js';
import { checkGgufFile } from './gguf/check-gguf-file.js';
import { ModelRefusal } from './gguf/model-refusal.js';
import { modelPath, syncFolderOf, writeRecord, type ModelRecord } from './model-record.js';
import { writeAll } from './write-all.js';

export type ImportOutcome = { ok: true; record: ModelRecord } | { ok: false; failure: Failure };

export interface ImportOrder {
  /** Absolute path of the file to import. */
  source: string;
  /** The store's folder. */
  directory: string;
  /** Is a model of this digest in the store? */
  isStored: (digest: string) => boolean;
  /** Told with each chunk. */
  onProgress: (copiedBytes: number, sizeBytes: number) => void;
  signal: AbortSignal;
}

const CHUNK_BYTES = 4 * 2 ** 20;

/** Resolves with the record, or with the reason for a person; rejects only for a fault of ours. */
export async function importModelFile(order: ImportOrder): Promise<ImportOutcome> {
  try {
    return { ok: true, record: await copyIntoStore(order) };
  } catch (fault) {
    const failure = failureOf(fault, basename(order.source));
    if (failure === null) throw fault;
    return { ok: false, failure };
  }
}

async function copyIntoStore(order: ImportOrder): Promise<ModelRecord> {
  if (!isAbsolute(order.source)) throw new ModelRefusal('the path must be absolute');
  const path = await realpath(order.source);
  // Without O_NONBLOCK, opening a named pipe would wait for ever.
  const source = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const info = await source.stat();
    if (!info.isFile()) throw new ModelRefusal('it is not a regular file');
    await checkGgufFile(source, info.size);
    await checkSpace(order.directory, info.size);
    return await copyChecked(source, info.size, order);
  } finally {
    await source.close();
  }
}

async function copyChecked(
  source: FileHandle,
  sizeBytes: number,
  { directory, source: path, isStored, onProgress, signal }: ImportOrder,
): Promise<ModelRecord> {
  const partPath = join(directory, `${randomUUID()}.part`);
  const part = await open(partPath, 'wx+', 0o600);
  try {
    const digest = await copyHashing(source, part, {
      sizeBytes,
      signal,
      onCopied: (copiedBytes) => onProgress(copiedBytes, sizeBytes),
    });
    const facts = await checkGgufFile(part, sizeBytes);
    await part.sync();
    await part.close();
    const record = { digest, fileName: basename(path).slice(-300), sizeBytes, facts };
    await writeRecord(directory, record);
    // One that is there already may be in use, and is the same.
    if (isStored(digest)) await rm(partPath);
    else await rename(partPath, modelPath(directory, digest));
    await syncFolderOf(partPath);
    return record;
  } catch (fault) {
    await part.close().catch(() => undefined);
    await rm(partPath, { force: true });
    throw fault;
  }
}

interface CopyOrder {
  sizeBytes: number;
  signal: AbortSignal;
  onCopied: (bytes: number) => void;
}

/** Copies exactly `sizeBytes` and gives their SHA-256 in hex. */
async function copyHashing(
  source: FileHandle,
  target: FileHandle,
  { sizeBytes, signal, onCopied }: CopyOrder,
): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let copiedBytes = 0;
  for (;;) {
    if (signal.aborted) throw new ModelRefusal('the import was stopped, because the worker ends');
    const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES, copiedBytes);
    if (bytesRead === 0 && copiedBytes === sizeBytes) return hash.digest('hex');
    if (bytesRead === 0 || copiedBytes + bytesRead > sizeBytes) {
      throw new ModelRefusal('it changed its size while it was copied');
    }
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await writeAll(target, chunk, copiedBytes);
    copiedBytes += bytesRead;
    onCopied(copiedBytes);
  }
}

async function checkSpace(directory: string, sizeBytes: number): Promise<void> {
  const freeBytes = await freeBytesOf(directory);
  if (freeBytes > sizeBytes) return;
  throw new ModelRefusal(
    `it has ${sizeBytes} bytes, but only ${freeBytes} are free where models are kept (${directory})`,
  );
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file on this node',
  EACCES: 'the worker may not read it',
  EPERM: 'the worker may not read it',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk that holds the models is full',
  EDQUOT: 'the disk quota of the worker is used up',
};

/** Null for anything that is no reason but a fault. */
function failureOf(fault: unknown, fileName: string): Failure | null {
  const reason = fault instanceof ModelRefusal ? fault.message : systemReason(fault);
  if (reason === null) return null;
  const message = `${fileName.slice(0, 200)} cannot be imported: ${reason}.`;
  return { code: 'invalid_request', message: message.slice(0, 2000) };
}

function systemReason(fault: unknown): string | null {
  const code = systemErrorCode(fault);
  if (code === null) return null;
  return SYSTEM_REASONS[code] ?? `the system says ${code}`;
}

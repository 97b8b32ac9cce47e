/**
 * A model file that is coming from another node, as `<digest>.fetch` in the store's folder. It only
 * ever grows at its end, and its SHA-256 grows with it: nothing is read twice, but what an earlier
 * run of the worker left, which is gone on with. Only whole and proven does it become a model.
 */
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { modelDigestSchema } from '@corral/contracts';
import { checkGgufFile } from '../models/gguf/check-gguf-file.js';
import { modelPath, syncFolderOf, writeRecord, type ModelRecord } from '../models/model-record.js';
import { writeAll } from '../models/write-all.js';

const SUFFIX = '.fetch';
const READ_BYTES = 4 * 2 ** 20;

export class PartialFile {
  private hash: Hash = createHash('sha256');
  private length = 0;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /**
   * What is there of the file, or an empty one. Rejects when the signal aborts, and with the
   * system's error when the folder cannot be written.
   */
  static async open(directory: string, digest: string, signal: AbortSignal): Promise<PartialFile> {
    const path = partialPath(directory, digest);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    const partial = new PartialFile(path, file);
    try {
      await partial.readWhatIsThere(signal);
    } catch (fault) {
      await file.close();
      throw fault;
    }
    return partial;
  }

  /** Of a file that is not open. */
  static async discard(directory: string, digest: string): Promise<void> {
    await rm(partialPath(directory, digest), { force: true });
  }

  /** Bytes that are here. */
  get bytes(): number {
    return this.length;
  }

  /** SHA-256 of what is here, in hex. */
  get digest(): string {
    return this.hash.copy().digest('hex');
  }

  async append(chunk: Uint8Array): Promise<void> {
    await writeAll(this.file, chunk, this.length);
    this.hash.update(chunk);
    this.length += chunk.length;
  }

  async startOver(): Promise<void> {
    await this.file.truncate(0);
    this.hash = createHash('sha256');
    this.length = 0;
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /**
   * Makes it a model of the store and closes it. Throws `ModelRefusal`, still open, when the file
   * is what was asked for, but no model that may be loaded.
   */
  async becomeModel(directory: string, fileName: string): Promise<ModelRecord> {
    const facts = await checkGgufFile(this.file, this.length);
    const record = { digest: this.digest, fileName, sizeBytes: this.length, facts };
    await this.file.sync();
    await this.file.close();
    await writeRecord(directory, record);
    await rename(this.path, modelPath(directory, record.digest));
    await syncFolderOf(this.path);
    return record;
  }

  private async readWhatIsThere(signal: AbortSignal): Promise<void> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await this.file.read(buffer, 0, READ_BYTES, this.length);
      if (bytesRead === 0) return;
      this.hash.update(buffer.subarray(0, bytesRead));
      this.length += bytesRead;
    }
  }
}

function partialPath(directory: string, digest: string): string {
  return join(directory, `${digest}${SUFFIX}`);
}

/** The digest of the file that such a name is a part of; null for any other name. */
export function digestOfPartial(name: string): string | null {
  if (!name.endsWith(SUFFIX)) return null;
  return modelDigestSchema.safeParse(name.slice(0, -SUFFIX.length)).data ?? null;
}

/**
 * A process's log: appended to a file, and turned over at a size so that it never fills the disk.
 * The last lines are kept in memory, to be shown when the process fails.
 */
import { appendFileSync, chmodSync, existsSync, renameSync, statSync } from 'node:fs';

const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;
const KEPT_LINES = 200;
/** A line longer than this is cut in memory; the file has all of it. */
const MAX_LINE_CHARS = 4_000;

export class LogFile {
  private sizeBytes: number;
  private readonly lines: string[] = [];
  private partial = '';
  /** Why the file could not be written, once that happened; the process goes on without a log. */
  fault: Error | undefined;

  /** @param maxBytes one earlier file of this size is kept beside the current one */
  constructor(
    readonly path: string,
    private readonly maxBytes = DEFAULT_MAX_BYTES,
  ) {
    this.sizeBytes = existsSync(path) ? statSync(path).size : 0;
  }

  /** Gives the whole lines that this text completed. */
  append(text: string): string[] {
    try {
      this.write(text);
    } catch (error) {
      // A full disk must not take down the processes that still work.
      this.fault = error as Error;
    }
    const parts = (this.partial + text).split(/\r?\n/);
    this.partial = (parts.pop() ?? '').slice(-MAX_LINE_CHARS);
    const complete = parts.map((line) => line.slice(0, MAX_LINE_CHARS));
    this.lines.push(...complete);
    this.lines.splice(0, Math.max(0, this.lines.length - KEPT_LINES));
    return complete;
  }

  /** The last `count` lines of this run that are not empty. */
  tail(count: number): string[] {
    return [...this.lines, this.partial].filter((line) => line.trim() !== '').slice(-count);
  }

  private write(text: string): void {
    const bytes = Buffer.byteLength(text);
    if (this.sizeBytes > 0 && this.sizeBytes + bytes > this.maxBytes) {
      renameSync(this.path, `${this.path}.1`);
      this.sizeBytes = 0;
    }
    appendFileSync(this.path, text, { mode: 0o600 });
    if (this.sizeBytes === 0) chmodSync(this.path, 0o600);
    this.sizeBytes += bytes;
  }
}

/**
 * Keys with which something runs right now. Verification lets a request in once; a stream may then
 * run for minutes, and ends early when its key is taken away. A held key costs nothing while no
 * change is heard of; a doubted one is read again, each second until the database can say.
 */
import { Logger } from '@nestjs/common';
import type { Failure } from '@corral/contracts';
import { invalidKey, withdrawalOf } from './key-validity.pure.js';
import type { KeyReader } from './known-keys.js';

const READ_AGAIN_MS = 1_000;

export type OnInvalid = (failure: Failure) => void;

export class HeldKeys {
  private readonly logger = new Logger(HeldKeys.name);
  /** By public id: one entry per stream. */
  private readonly holds = new Map<string, Set<{ onInvalid: OnInvalid }>>();
  private readonly doubted = new Set<string>();
  private isChecking = false;
  private isStopped = false;
  private retry: NodeJS.Timeout | null = null;

  constructor(private readonly reader: KeyReader) {}

  /**
   * Until released, `onInvalid` is called when the key turns out to be withdrawn: once, never from
   * within this call, and never for an expiry. Releasing twice does no harm.
   */
  hold(publicId: string, onInvalid: OnInvalid): () => void {
    // An object of its own: the same function may hold a key twice.
    const hold = { onInvalid };
    const holds = this.holds.get(publicId) ?? new Set();
    this.holds.set(publicId, holds.add(hold));
    return () => {
      holds.delete(hold);
      if (holds.size === 0 && this.holds.get(publicId) === holds) this.holds.delete(publicId);
    };
  }

  /** The key may have been withdrawn: it is read again if it is held. */
  doubt(publicId: string): void {
    if (!this.holds.has(publicId)) return;
    this.doubted.add(publicId);
    void this.check();
  }

  doubtAll(): void {
    for (const publicId of this.holds.keys()) this.doubted.add(publicId);
    void this.check();
  }

  stop(): void {
    this.isStopped = true;
    if (this.retry !== null) clearTimeout(this.retry);
  }

  /** One at a time; what is doubted during a read is read again after it. */
  private async check(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    while (this.doubted.size > 0 && this.retry === null && !this.isStopped) {
      const publicIds = [...this.doubted].filter((publicId) => this.holds.has(publicId));
      this.doubted.clear();
      try {
        if (publicIds.length > 0) await this.judge(publicIds);
      } catch (error) {
        this.logger.warn(`held keys cannot be read: ${String(error)}`);
        for (const publicId of publicIds) this.doubted.add(publicId);
        this.retry = setTimeout(() => void this.check(), READ_AGAIN_MS);
      }
    }
    this.isChecking = false;
    // Stopped during the read, with the timer set after it.
    if (this.isStopped) this.stop();
  }

  /** Throws when the database cannot be read. */
  private async judge(publicIds: readonly string[]): Promise<void> {
    const stored = new Map((await this.reader.read(publicIds)).map((key) => [key.publicId, key]));
    for (const publicId of publicIds) {
      const why = withdrawalOf(stored.get(publicId) ?? null);
      if (why !== null) this.end(publicId, invalidKey(why));
    }
  }

  private end(publicId: string, failure: Failure): void {
    const holds = this.holds.get(publicId) ?? [];
    this.holds.delete(publicId);
    for (const { onInvalid } of holds) {
      try {
        onInvalid(failure);
      } catch (error) {
        this.logger.error(`a stream of a withdrawn key was not ended: ${String(error)}`);
      }
    }
  }
}

/**
 * Keys in memory, for the way of every request. A known key is read again beside the requests, once
 * in half a minute; only one that is not known here makes its request wait for the database. While
 * the database is away, keys that were valid a little while ago go on.
 */
import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Clock } from '../infra/clock.js';
import { withdrawalOf, type StoredKey } from './key-validity.pure.js';

/** How long what the database said is taken as true without asking again. */
const FRESH_MS = 30_000;
/** The same for "there is no such key". */
const UNKNOWN_FRESH_MS = 5_000;
/** How long a key that was valid is still let in while the database is away. */
const GRACE_MS = 600_000;
/** After a failed read, the database is left alone for so long. */
const READ_AGAIN_MS = 1_000;
const MAX_CACHED_KEYS = 10_000;

/** Where keys are read from; those that are not there are left out. */
export interface KeyReader {
  read(publicIds: readonly string[]): Promise<StoredKey[]>;
}

interface Cached {
  /** Null: there is no such key. */
  stored: StoredKey | null;
  readAtMs: number;
  /** What was read before the last distrust may be out of date. */
  epoch: number;
}

export class KnownKeys {
  private readonly logger = new Logger(KnownKeys.name);
  private readonly cache = new LRUCache<string, Cached>({ max: MAX_CACHED_KEYS });
  private readonly reads = new Map<string, Promise<Cached>>();
  private epoch = 0;
  private nextReadAtMs = 0;

  constructor(
    private readonly reader: KeyReader,
    private readonly clock: Clock,
  ) {}

  /**
   * Null when there is no such key. Throws {@link FailureException} when nobody can say: the
   * database is away, and the key is not known or was changed.
   */
  async lookUp(publicId: string): Promise<StoredKey | null> {
    const cached = this.cache.get(publicId);
    const ageMs = cached === undefined ? Infinity : this.clock.monotonicMs() - cached.readAtMs;
    const isTrusted = cached?.epoch === this.epoch;
    const freshMs = cached?.stored === null ? UNKNOWN_FRESH_MS : FRESH_MS;
    if (isTrusted && ageMs < freshMs) return cached.stored;
    const known = ageMs < GRACE_MS ? (cached?.stored ?? null) : null;
    if (isTrusted && known !== null) {
      // Its failure has been told where it happened, and changes nothing here.
      this.read(publicId).catch(() => undefined);
      return known;
    }
    try {
      return (await this.read(publicId)).stored;
    } catch {
      if (known !== null) return known;
      throw new FailureException(
        {
          code: 'dependency_unavailable',
          message:
            'The key cannot be checked just now, since the database is away. Try again shortly.',
        },
        5_000,
      );
    }
  }

  /** True while nothing is known, or suspected, against the key. */
  vouchesFor(publicId: string): boolean {
    const cached = this.cache.peek(publicId);
    return cached?.epoch === this.epoch && withdrawalOf(cached.stored) === null;
  }

  /** The key has changed: what was known of it counts for nothing, the database away or not. */
  forget(publicId: string): void {
    this.cache.delete(publicId);
    this.reads.delete(publicId);
  }

  /** Any key may have changed: each is read before it counts, unless the database is away as well. */
  distrustAll(): void {
    this.epoch += 1;
    this.reads.clear();
  }

  /** One read per key at a time, however many requests wait for it, and none just after a failure. */
  private read(publicId: string): Promise<Cached> {
    if (this.clock.monotonicMs() < this.nextReadAtMs) {
      return Promise.reject(new Error('the key store could not be read a moment ago'));
    }
    const running = this.reads.get(publicId);
    if (running !== undefined) return running;
    const { epoch } = this;
    const readAtMs = this.clock.monotonicMs();
    const read: Promise<Cached> = this.reader
      .read([publicId])
      .then(([stored = null]) => {
        const cached = { stored, readAtMs, epoch };
        // Forgotten meanwhile: it may have been read before the change.
        if (this.reads.get(publicId) === read) this.cache.set(publicId, cached);
        return cached;
      })
      .catch((error: unknown) => {
        this.nextReadAtMs = this.clock.monotonicMs() + READ_AGAIN_MS;
        this.logger.warn(`the key store cannot be read: ${String(error)}`);
        throw error;
      })
      .finally(() => {
        if (this.reads.get(publicId) === read) this.reads.delete(publicId);
      });
    this.reads.set(publicId, read);
    return read;
  }
}

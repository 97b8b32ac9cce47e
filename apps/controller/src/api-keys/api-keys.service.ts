/**
 * Who holds which key. Verification is on the way of every request, so it works from memory: a
 * known key costs one hash, and is read again beside the requests, once in half a minute. Only a
 * key that is not known here makes its request wait for the database.
 *
 * While the database is away, keys that were valid a little while ago go on; others get a 503,
 * since nobody can say whether they are valid. A revoked key is forgotten by every controller
 * through the bus; one that was cut off from the bus asks again when it is back.
 */
import { timingSafeEqual } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT, type Failure } from '@corral/contracts';
import type { ApiKeyView, CreatedKey, CreateKey } from '@corral/contracts/http';
import { LRUCache } from 'lru-cache';
import { FailureException } from '../common/failure.exception.js';
import { Clock } from '../infra/clock.js';
import { PrismaService } from '../infra/prisma.service.js';
import { hashSecret, mintApiKey, parseApiKey } from './api-key.js';
import type { AuthenticatedKey } from './authenticated-key.js';

/** How long what the database said is taken as true without asking again. */
const FRESH_MS = 30_000;
/** The same for "there is no such key". */
const UNKNOWN_FRESH_MS = 5_000;
/** How long a key that was valid is still let in while the database is away. */
const GRACE_MS = 600_000;
/** After a failed read, the database is left alone for so long. */
const READ_AGAIN_MS = 1_000;
const MAX_CACHED_KEYS = 10_000;
const LAST_USED_FLUSH_MS = 10_000;
const DAY_MS = 86_400_000;

type ApiKeyRow = NonNullable<Awaited<ReturnType<PrismaService['client']['apiKey']['findUnique']>>>;

interface Cached {
  /** Null: there is no such key. */
  row: ApiKeyRow | null;
  readAtMs: number;
  /** Counts the returns of the bus; what was read before the last may be out of date. */
  epoch: number;
}

@Injectable()
export class ApiKeysService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ApiKeysService.name);
  private readonly cache = new LRUCache<string, Cached>({ max: MAX_CACHED_KEYS });
  private readonly reads = new Map<string, Promise<Cached>>();
  private readonly usedAt = new Map<string, Date>();
  private flusher: NodeJS.Timeout | null = null;
  private epoch = 0;
  private nextReadAtMs = 0;

  constructor(
    private readonly prisma: PrismaService,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => {
      if (change.what === 'api_key') this.forget(change.publicId);
    });
    this.bus.onStatus((status) => {
      if (status === 'connected') this.distrustAll();
    });
    this.flusher = setInterval(() => void this.flushLastUsed(), LAST_USED_FLUSH_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.flusher !== null) clearInterval(this.flusher);
    await this.flushLastUsed();
  }

  /** Who holds the key. Throws {@link FailureException} when nobody (any more) does. */
  async authenticate(text: string | null): Promise<AuthenticatedKey> {
    const parts = text === null ? null : parseApiKey(text);
    if (parts === null)
      throw new FailureException(invalidKey(text === null ? 'missing' : 'malformed'));
    const row = await this.lookUp(parts.publicId);
    const now = this.clock.now();
    if (row === null || !sameHash(row.secretHash, hashSecret(parts.secret))) {
      throw new FailureException(invalidKey('unknown'));
    }
    if (row.revokedAt !== null) throw new FailureException(invalidKey('revoked'));
    if (row.expiresAt !== null && row.expiresAt <= now) {
      throw new FailureException(invalidKey('expired'));
    }
    this.usedAt.set(row.id, now);
    return { keyId: row.id, publicId: row.publicId, name: row.name, cacheScope: 'organisation' };
  }

  /** The only time that the key itself is seen. */
  async create({ name, expiresInDays }: CreateKey): Promise<CreatedKey> {
    const { apiKey, ...stored } = mintApiKey();
    const expiresAt =
      expiresInDays === null ? null : new Date(this.clock.now().getTime() + expiresInDays * DAY_MS);
    const row = await this.prisma.client.apiKey.create({ data: { ...stored, name, expiresAt } });
    // It may have been asked for, by chance or by a guesser, and be remembered as unknown.
    this.announce(row.publicId);
    return { ...viewOf(row), apiKey };
  }

  /** All keys, newest first; revoked ones too. */
  async list(): Promise<ApiKeyView[]> {
    const rows = await this.prisma.client.apiKey.findMany({ orderBy: { createdAt: 'desc' } });
    return rows.map(viewOf);
  }

  /** Refused everywhere within a second. Throws `not_found`; revoking twice changes nothing. */
  async revoke(id: string): Promise<ApiKeyView> {
    const known = await this.prisma.client.apiKey.findFirst({
      where: { OR: [{ id }, { publicId: id }] },
    });
    if (known === null) {
      throw new FailureException({ code: 'not_found', message: `There is no key '${id}'.` });
    }
    const row = await this.prisma.client.apiKey.update({
      where: { id: known.id },
      data: { revokedAt: known.revokedAt ?? this.clock.now() },
    });
    this.announce(row.publicId);
    return viewOf(row);
  }

  private announce(publicId: string): void {
    this.forget(publicId);
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'api_key', publicId });
  }

  private async lookUp(publicId: string): Promise<ApiKeyRow | null> {
    const cached = this.cache.get(publicId);
    const ageMs = cached === undefined ? Infinity : this.clock.monotonicMs() - cached.readAtMs;
    const isTrusted = cached?.epoch === this.epoch;
    const freshMs = cached?.row === null ? UNKNOWN_FRESH_MS : FRESH_MS;
    if (isTrusted && ageMs < freshMs) return cached.row;
    const known = ageMs < GRACE_MS ? (cached?.row ?? null) : null;
    if (isTrusted && known !== null) {
      // Its failure has been told where it happened, and changes nothing here.
      this.read(publicId).catch(() => undefined);
      return known;
    }
    try {
      return (await this.read(publicId)).row;
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

  /** One read per key at a time, however many requests wait for it, and none just after a failure. */
  private read(publicId: string): Promise<Cached> {
    if (this.clock.monotonicMs() < this.nextReadAtMs) {
      return Promise.reject(new Error('the key store could not be read a moment ago'));
    }
    const running = this.reads.get(publicId);
    if (running !== undefined) return running;
    const { epoch } = this;
    const readAtMs = this.clock.monotonicMs();
    const read: Promise<Cached> = this.prisma.client.apiKey
      .findUnique({ where: { publicId } })
      .then((row) => {
        const cached = { row, readAtMs, epoch };
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

  private forget(publicId: string): void {
    this.cache.delete(publicId);
    this.reads.delete(publicId);
  }

  /** What is known is asked for again before it counts, unless the database is away as well. */
  private distrustAll(): void {
    this.epoch += 1;
    this.reads.clear();
  }

  /** Saves when keys were last used; a timer calls it. */
  async flushLastUsed(): Promise<void> {
    const used = [...this.usedAt];
    this.usedAt.clear();
    try {
      for (const [id, lastUsedAt] of used) {
        await this.prisma.client.apiKey.updateMany({ where: { id }, data: { lastUsedAt } });
      }
    } catch (error) {
      this.logger.warn(`last use of keys was not saved: ${String(error)}`);
    }
  }
}

function sameHash(stored: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(stored, 'hex'), Buffer.from(given, 'hex'));
}

const INVALID: Record<'missing' | 'malformed' | 'unknown' | 'revoked' | 'expired', string> = {
  missing: "No API key was sent. Send it as 'Authorization: Bearer sk-corral-…'.",
  malformed: 'This is not an API key of Corral, or it is mistyped: its checksum does not fit.',
  unknown: 'This API key does not exist here.',
  revoked: 'This API key has been revoked.',
  expired: 'This API key has expired.',
};

function invalidKey(why: keyof typeof INVALID): Failure {
  return { code: 'invalid_api_key', message: INVALID[why] };
}

function viewOf(row: ApiKeyRow): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    publicId: row.publicId,
    lastFour: row.lastFour,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

/**
 * Who holds which key. It is on the way of every request, so it works from memory (known-keys.ts):
 * a known key costs one hash. A key that is revoked, rotated away or left without an active owner
 * is refused by every controller within a second: the change comes over the bus, and one that was
 * cut off from the bus asks for all keys again when it is back.
 */
import { timingSafeEqual } from 'node:crypto';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT, type Change } from '@corral/contracts';
import { FailureException } from '../common/failure-exception.pure.js';
import { Clock } from '../infra/clock.js';
import { hashSecret, parseApiKey } from './api-key.js';
import type { AuthenticatedKey } from './authenticated-key.js';
import { HeldKeys, type OnInvalid } from './held-keys.js';
import { KeyUses } from './key-uses.js';
import { hasExpired, invalidKey, withdrawalOf } from './key-validity.pure.js';
import { KnownKeys } from './known-keys.js';
import { StoredKeysRepository } from './stored-keys.repository.js';

const LAST_USED_FLUSH_MS = 10_000;

@Injectable()
export class KeyVerificationService implements OnModuleInit, OnApplicationShutdown {
  private readonly known: KnownKeys;
  private readonly held: HeldKeys;
  private readonly uses: KeyUses;
  private flusher: NodeJS.Timeout | null = null;

  constructor(
    store: StoredKeysRepository,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {
    this.known = new KnownKeys(store, clock);
    this.held = new HeldKeys(store);
    this.uses = new KeyUses(store);
  }

  onModuleInit(): void {
    this.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => this.hear(change));
    this.bus.onStatus((status) => {
      if (status === 'connected') this.doubtAll();
    });
    this.flusher = setInterval(() => void this.flushLastUsed(), LAST_USED_FLUSH_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.flusher !== null) clearInterval(this.flusher);
    this.held.stop();
    await this.flushLastUsed();
  }

  /** Who holds the key. Throws {@link FailureException} when nobody (any more) does. */
  async authenticate(text: string | null): Promise<AuthenticatedKey> {
    if (text === null) throw new FailureException(invalidKey('missing'));
    const parts = parseApiKey(text);
    if (parts === null) throw new FailureException(invalidKey('malformed'));
    const stored = await this.known.lookUp(parts.publicId);
    // Nothing else is told to somebody who only knows the public id.
    if (stored === null || !sameHash(stored.secretHash, hashSecret(parts.secret))) {
      throw new FailureException(invalidKey('unknown'));
    }
    const withdrawal = withdrawalOf(stored);
    if (withdrawal !== null) throw new FailureException(invalidKey(withdrawal));
    const now = this.clock.now();
    if (hasExpired(stored, now)) throw new FailureException(invalidKey('expired'));
    this.uses.note(stored.keyId, now);
    const { keyId, publicId, name, teamId, userId, scopes, expiresAt } = stored;
    return { keyId, publicId, name, teamId, userId, scopes, expiresAt, cacheScope: teamId };
  }

  /**
   * Tells once, within about a second, when the key is revoked or its person or team disabled; not
   * when it expires. For what runs longer than its admission: gives the function that lets go.
   */
  hold(publicId: string, onInvalid: OnInvalid): () => void {
    const release = this.held.hold(publicId, onInvalid);
    // The change may have come between the admission and now.
    if (!this.known.vouchesFor(publicId)) this.held.doubt(publicId);
    return release;
  }

  /** Secrets have changed: known here at once, and on the other controllers by the bus. */
  announce(publicIds: readonly string[]): void {
    for (const publicId of publicIds) {
      const change = { what: 'api_key', publicId } as const;
      this.hear(change);
      this.bus.publish(CHANGES_SUBJECT, changeSchema, change);
    }
  }

  /** Saves when keys were last used; a timer calls it. */
  flushLastUsed(): Promise<void> {
    return this.uses.flush();
  }

  private hear(change: Change): void {
    if (change.what === 'api_key') {
      this.known.forget(change.publicId);
      this.held.doubt(change.publicId);
    } else if (change.what === 'api_keys') this.doubtAll();
  }

  private doubtAll(): void {
    this.known.distrustAll();
    this.held.doubtAll();
  }
}

function sameHash(stored: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(stored, 'hex'), Buffer.from(given, 'hex'));
}

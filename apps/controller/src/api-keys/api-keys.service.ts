/**
 * Keys, for those who manage them: each sees and changes the keys that are theirs to manage
 * (common/principal.ts), and every change is in the audit log and known to all controllers within
 * a second. Verification is elsewhere (key-verification.service.ts).
 */
import { Injectable } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import {
  NO_LIMITS,
  type ApiKeyView,
  type CreatedKey,
  type CreateKey,
  type RotateKey,
} from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import { ownedBy, type Principal } from '../common/principal.pure.js';
import { Clock } from '../infra/clock.js';
import type { Transaction } from '../infra/prisma.service.js';
import { mintApiKey } from './api-key.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { KeyOwnersService } from './key-owners.service.js';
import { expiryAfter, rotationOf } from './key-rotation.pure.js';
import { KeyVerificationService } from './key-verification.service.js';
import {
  auditedKeyOf,
  keyViewOf,
  presentSecretOf,
  type AuditedKey,
  type KeyRow,
} from './key-view.pure.js';

@Injectable()
export class ApiKeysService {
  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly owners: KeyOwnersService,
    private readonly verification: KeyVerificationService,
    private readonly audit: AuditService,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** Those that are the asker's to manage, newest first; revoked ones too. */
  async list(asker: Principal): Promise<ApiKeyView[]> {
    const rows = await this.repository.list(ownedBy(asker));
    return rows.map((row) => this.viewOf(row));
  }

  /** By id or public id. Throws `not_found`, for a key of somebody else's too. */
  async view(asker: Principal, id: string): Promise<ApiKeyView> {
    return this.viewOf(present(await this.repository.find(ownedBy(asker), id), id));
  }

  /** The only time, beside a rotation, that the key itself is seen. Throws as the owners do. */
  async create(asker: Principal, wanted: CreateKey): Promise<CreatedKey> {
    const { name, scopes, limits, expiresInDays } = wanted;
    const { apiKey, ...minted } = mintApiKey();
    const createdAt = this.clock.now();
    const secret = { ...minted, createdAt, expiresAt: expiryAfter(createdAt, expiresInDays) };
    const view = await this.repository.transaction(async (tx) => {
      const owner = await this.owners.find(tx, asker, wanted);
      const row = await this.repository.create(tx, { name, scopes, ...owner }, secret);
      if (limits !== undefined) {
        await this.repository.saveLimits(tx, row.id, { ...NO_LIMITS, ...limits });
      }
      const made = this.viewOf(row);
      await this.record(tx, asker, 'key.create', null, { ...made, ...(limits && { limits }) });
      return made;
    });
    // It may have been asked for, by chance or by a guesser, and be remembered as unknown.
    this.verification.announce([view.publicId]);
    if (limits !== undefined) {
      this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'quotas' });
    }
    return { ...view, apiKey };
  }

  /**
   * A new secret for the same key; the older ones work on for the overlap, at most until they would
   * have ended anyway. Throws `not_found`, and `conflict` for a revoked key.
   */
  async rotate(asker: Principal, id: string, wanted: RotateKey): Promise<CreatedKey> {
    const { apiKey, ...minted } = mintApiKey();
    const row = await this.repository.transaction(async (tx) => {
      const old = present(await this.repository.lock(tx, ownedBy(asker), id), id);
      if (old.revokedAt !== null) throw revokedForGood(old.name);
      const { olderEndAt, ...time } = rotationOf(presentSecretOf(old), wanted, this.clock.now());
      const rotated = await this.repository.rotate(tx, old.id, { ...minted, ...time }, olderEndAt);
      await this.record(tx, asker, 'key.rotate', this.viewOf(old), this.viewOf(rotated));
      return rotated;
    });
    this.announce(row);
    return { ...this.viewOf(row), apiKey };
  }

  /** Refused everywhere within a second. Throws `not_found`; revoking twice changes nothing. */
  async revoke(asker: Principal, id: string): Promise<ApiKeyView> {
    const row = await this.repository.transaction(async (tx) => {
      const old = present(await this.repository.lock(tx, ownedBy(asker), id), id);
      if (old.revokedAt !== null) return old;
      const revoked = await this.repository.revoke(tx, old.id, this.clock.now());
      await this.record(tx, asker, 'key.revoke', this.viewOf(old), this.viewOf(revoked));
      return revoked;
    });
    this.announce(row);
    return this.viewOf(row);
  }

  private record(
    tx: Transaction,
    by: Principal,
    action: string,
    before: ApiKeyView | null,
    after: AuditedKey,
  ): Promise<void> {
    return this.audit.record(tx, by, {
      action,
      subjectKind: 'key',
      subjectId: after.id,
      before: before === null ? null : auditedKeyOf(before),
      after: auditedKeyOf(after),
    });
  }

  private announce({ secrets }: KeyRow): void {
    this.verification.announce(secrets.map(({ publicId }) => publicId));
  }

  private viewOf(row: KeyRow): ApiKeyView {
    return keyViewOf(row, this.clock.now());
  }
}

function present(row: KeyRow | null, id: string): KeyRow {
  if (row !== null) return row;
  throw new FailureException({ code: 'not_found', message: `There is no key '${id}'.` });
}

function revokedForGood(name: string): FailureException {
  return new FailureException({
    code: 'conflict',
    message: `The key '${name}' has been revoked, and stays so. Make a new one.`,
  });
}

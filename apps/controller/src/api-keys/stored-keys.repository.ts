/** What the verification of keys reads and writes. */
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../infra/prisma.service.js';
import { keyScopesOf } from './key-scopes.pure.js';
import type { StoredKey } from './key-validity.pure.js';

type StoredRow = Omit<StoredKey, 'scopes'> & { scopes: string[] };

@Injectable()
export class StoredKeysRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Secrets by their public ids, each with its key, person and team, in one query and so as of one
   * moment. Those that are not there are left out.
   */
  async read(publicIds: readonly string[]): Promise<StoredKey[]> {
    const rows = await this.prisma.client.$queryRaw<StoredRow[]>`
      SELECT secret.public_id AS "publicId", secret.secret_hash AS "secretHash",
        secret.expires_at AS "expiresAt", key.id AS "keyId", key.name, key.scopes,
        key.revoked_at AS "revokedAt", team.id AS "teamId", team.disabled_at AS "teamDisabledAt",
        person.id AS "userId", person.disabled_at AS "userDisabledAt"
      FROM api_key_secret secret
      JOIN api_key key ON key.id = secret.key_id
      JOIN team ON team.id = key.team_id
      LEFT JOIN "user" person ON person.id = key.user_id
      WHERE secret.public_id = ANY(${publicIds})`;
    return rows.map((row) => ({ ...row, scopes: keyScopesOf(row.scopes) }));
  }

  /** Never back in time: another controller may have seen a later use. */
  async saveLastUse(keyId: string, lastUsedAt: Date): Promise<void> {
    await this.prisma.client.apiKey.updateMany({
      where: { id: keyId, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: lastUsedAt } }] },
      data: { lastUsedAt },
    });
  }
}

/** Keys and their secrets, as those who manage them read and change them. */
import { Injectable } from '@nestjs/common';
import type { Limits } from '@corral/contracts/http';
import type { OwnedWhere } from '../common/principal.pure.js';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';
import type { KeyRow } from './key-view.pure.js';

export interface NewSecret {
  publicId: string;
  secretHash: string;
  lastFour: string;
  createdAt: Date;
  /** Null: never. */
  expiresAt: Date | null;
}

export interface NewKey {
  name: string;
  teamId: string;
  /** Null: a service key. */
  userId: string | null;
  scopes: string[];
}

/** A person or a team that is to own a key. */
export interface OwnerRow {
  teamId: string;
  /** The person's, or the team's name. */
  name: string;
  disabledAt: Date | null;
}

/** What a view shows; never the hashes. */
const SHOWN = {
  team: { select: { name: true } },
  user: { select: { email: true } },
  secrets: { omit: { secretHash: true }, orderBy: { createdAt: 'desc' } },
} as const;

@Injectable()
export class ApiKeysRepository {
  constructor(private readonly prisma: PrismaService) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }

  /** Newest first; revoked ones too. */
  list(owned: OwnedWhere): Promise<KeyRow[]> {
    return this.prisma.client.apiKey.findMany({
      where: owned,
      include: SHOWN,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    });
  }

  /** By id, or by the public id of any of its secrets; null when none of those owned is meant. */
  find(owned: OwnedWhere, id: string): Promise<KeyRow | null> {
    return this.prisma.client.apiKey.findFirst({
      where: named(owned, id),
      include: SHOWN,
    });
  }

  /** As {@link find}; nobody else changes the key until the transaction ends. */
  async lock(tx: Transaction, owned: OwnedWhere, id: string): Promise<KeyRow | null> {
    const found = await tx.apiKey.findFirst({
      where: named(owned, id),
      select: { id: true },
    });
    if (found === null) return null;
    await tx.$queryRaw`SELECT 1 FROM api_key WHERE id = ${found.id} FOR UPDATE`;
    // Read after the lock, and by its owner again: the key may have changed hands before it.
    return tx.apiKey.findFirst({ where: { ...owned, id: found.id }, include: SHOWN });
  }

  async create(tx: Transaction, key: NewKey, secret: NewSecret): Promise<KeyRow> {
    return tx.apiKey.create({
      data: { ...key, createdAt: secret.createdAt, secrets: { create: secret } },
      include: SHOWN,
    });
  }

  async saveLimits(tx: Transaction, keyId: string, limits: Limits): Promise<void> {
    await tx.quota.create({ data: { subjectKind: 'key', subjectId: keyId, limits } });
  }

  /** Adds the secret, and has the older ones end at `olderEndAt` unless they end before. */
  async rotate(
    tx: Transaction,
    keyId: string,
    secret: NewSecret,
    olderEndAt: Date,
  ): Promise<KeyRow> {
    await tx.apiKeySecret.updateMany({
      where: { keyId, OR: [{ expiresAt: null }, { expiresAt: { gt: olderEndAt } }] },
      data: { expiresAt: olderEndAt },
    });
    await tx.apiKeySecret.create({ data: { ...secret, keyId } });
    return tx.apiKey.findUniqueOrThrow({ where: { id: keyId }, include: SHOWN });
  }

  async revoke(tx: Transaction, keyId: string, revokedAt: Date): Promise<KeyRow> {
    return tx.apiKey.update({
      where: { id: keyId },
      data: { revokedAt },
      include: SHOWN,
    });
  }

  /** Null when there is none among those. The person stays in the team until the transaction ends. */
  async person(
    tx: Transaction,
    userId: string,
    among: Pick<OwnedWhere, 'teamId'>,
  ): Promise<OwnerRow | null> {
    const [person] = await tx.$queryRaw<OwnerRow[]>`
      SELECT team_id AS "teamId", email AS name, disabled_at AS "disabledAt"
      FROM "user" WHERE id = ${userId} FOR SHARE`;
    if (person === undefined) return null;
    return among.teamId === undefined || among.teamId === person.teamId ? person : null;
  }

  async team(tx: Transaction, teamId: string): Promise<OwnerRow | null> {
    const team = await tx.team.findUnique({ where: { id: teamId } });
    return team === null ? null : { teamId, name: team.name, disabledAt: team.disabledAt };
  }
}

function named(owned: OwnedWhere, id: string): object {
  return { ...owned, OR: [{ id }, { secrets: { some: { publicId: id } } }] };
}

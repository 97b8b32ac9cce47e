import { Injectable } from '@nestjs/common';
import type { Labels } from '@corral/contracts';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';

export interface NewJoinToken {
  secretHash: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  labels: Labels;
}

export type JoinTokenRow = Awaited<ReturnType<JoinTokensRepository['list']>>[number];

@Injectable()
export class JoinTokensRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Newest first, those that are over included. */
  async list() {
    return this.prisma.client.joinToken.findMany({ orderBy: { id: 'desc' } });
  }

  create(tx: Transaction, token: NewJoinToken): Promise<JoinTokenRow> {
    return tx.joinToken.create({ data: token });
  }

  /** Null when there is none (any more). */
  async remove(tx: Transaction, id: string): Promise<JoinTokenRow | null> {
    const row = await tx.joinToken.findFirst({ where: { id } });
    if (row !== null) await tx.joinToken.deleteMany({ where: { id } });
    return row;
  }

  /** Those that could be used until then at most. */
  async forget(tx: Transaction, expiredBefore: Date): Promise<void> {
    await tx.joinToken.deleteMany({ where: { expiresAt: { lt: expiredBefore } } });
  }

  /** Uses it up. Null when it is unknown, used or too old: of many at once, one gets it. */
  async take(
    tx: Transaction,
    secretHash: string,
    now: Date,
    nodeId: string,
  ): Promise<JoinTokenRow | null> {
    const taken = await tx.joinToken.updateMany({
      where: { secretHash, usedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now, usedByNode: nodeId },
    });
    return taken.count === 0 ? null : tx.joinToken.findUnique({ where: { secretHash } });
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }
}

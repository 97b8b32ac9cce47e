/** The rows of nodes. */
import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';
import { settingsOf, type NodeSettings, type StoredNode } from './node-settings.pure.js';

const WITH_COUNT = { _count: { select: { replicas: true } } } as const;

@Injectable()
export class NodesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** All of them, by id. */
  async all(): Promise<Map<string, StoredNode>> {
    const rows = await this.prisma.client.node.findMany({ include: WITH_COUNT });
    return new Map(rows.map((row) => [row.id, storedOf(row)]));
  }

  /** Null when there is none. Until the end of the transaction nobody else can change it. */
  async lock(tx: Transaction, id: string): Promise<StoredNode | null> {
    await tx.$queryRaw`SELECT 1 FROM "node" WHERE "id" = ${id} FOR UPDATE`;
    const row = await tx.node.findUnique({ where: { id }, include: WITH_COUNT });
    return row && storedOf(row);
  }

  async update(tx: Transaction, id: string, settings: NodeSettings): Promise<void> {
    const { labels, cordonedAt, drainedAt, polite } = settings;
    await tx.node.update({ where: { id }, data: { labels, cordonedAt, drainedAt, polite } });
  }

  /** With the replicas that it was meant to run. */
  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.node.delete({ where: { id } });
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }
}

function storedOf(
  row: Parameters<typeof settingsOf>[0] & {
    name: string;
    natsPublicKey: string | null;
    _count: { replicas: number };
  },
): StoredNode {
  return {
    name: row.name,
    settings: settingsOf(row),
    assignedReplicas: row._count.replicas,
    isEnrolled: row.natsPublicKey !== null,
  };
}

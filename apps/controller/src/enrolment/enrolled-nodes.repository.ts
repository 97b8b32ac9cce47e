/** The credentials of nodes, as the table `node` keeps them. */
import { Injectable } from '@nestjs/common';
import { labelsSchema, type Labels } from '@corral/contracts';
import { lock } from '../infra/advisory-locks.js';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';

/** NATS is asked within it. */
const REVOCATION_TIMEOUT_MS = 30_000;

export interface EnrolledNode {
  id: string;
  name: string;
  publicKey: string;
  labels: Labels;
  enrolledAt: Date;
}

@Injectable()
export class EnrolledNodesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** One enrolment after the other, until the transaction ends. */
  async lock(tx: Transaction): Promise<void> {
    await lock(tx, 'enrolment');
  }

  async find(tx: Transaction, id: string) {
    return tx.node.findUnique({ where: { id } });
  }

  async ownerOf(tx: Transaction, natsPublicKey: string): Promise<string | null> {
    return (await tx.node.findUnique({ where: { natsPublicKey } }))?.id ?? null;
  }

  /** New labels come over those that the node has. */
  async save(tx: Transaction, { id, name, publicKey, labels, enrolledAt }: EnrolledNode) {
    const before = await tx.node.findUnique({ where: { id }, select: { labels: true } });
    const data = {
      name,
      natsPublicKey: publicKey,
      enrolledAt,
      labels: { ...labelsSchema.parse(before?.labels ?? {}), ...labels },
    };
    return tx.node.upsert({ where: { id }, create: { id, ...data }, update: data });
  }

  async revoke(tx: Transaction, id: string, revokedAt: Date): Promise<void> {
    await tx.node.update({ where: { id }, data: { revokedAt } });
  }

  /** Of every node that was revoked. */
  async revoked(): Promise<{ id: string; publicKey: string | null }[]> {
    const rows = await this.prisma.client.node.findMany({
      where: { revokedAt: { not: null } },
      select: { id: true, natsPublicKey: true },
    });
    return rows.map(({ id, natsPublicKey }) => ({ id, publicKey: natsPublicKey }));
  }

  /** Only one controller does `work` at a time; it gets the keys as they are by then. */
  async withRevokedKeys(work: (publicKeys: string[]) => Promise<void>): Promise<void> {
    await this.prisma.client.$transaction(
      async (tx) => {
        await lock(tx, 'revocation');
        const rows = await tx.node.findMany({
          where: { revokedAt: { not: null }, natsPublicKey: { not: null } },
          select: { natsPublicKey: true },
        });
        await work(rows.flatMap(({ natsPublicKey }) => natsPublicKey ?? []));
      },
      { timeout: REVOCATION_TIMEOUT_MS },
    );
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }
}

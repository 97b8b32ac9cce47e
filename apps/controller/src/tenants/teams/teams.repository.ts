import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../../infra/prisma.service.js';

const WITH_COUNTS = {
  _count: { select: { users: true, keys: { where: { revokedAt: null } } } },
} as const;

export type TeamRow = Awaited<ReturnType<TeamsRepository['list']>>[number];

/** A filter on teams. */
export interface TeamWhere {
  id?: string;
}

@Injectable()
export class TeamsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** By name. */
  async list(where: TeamWhere) {
    return this.prisma.client.team.findMany({
      where,
      orderBy: { name: 'asc' },
      include: WITH_COUNTS,
    });
  }

  find(where: TeamWhere, id: string, tx?: Transaction): Promise<TeamRow | null> {
    const client = tx ?? this.prisma.client;
    return client.team.findFirst({ where: { AND: [where, { id }] }, include: WITH_COUNTS });
  }

  async isNameTaken(tx: Transaction, name: string, butBy?: string): Promise<boolean> {
    const team = await tx.team.findUnique({ where: { name }, select: { id: true } });
    return team !== null && team.id !== butBy;
  }

  create(tx: Transaction, name: string): Promise<TeamRow> {
    return tx.team.create({ data: { name }, include: WITH_COUNTS });
  }

  update(
    tx: Transaction,
    id: string,
    data: { name?: string; disabledAt: Date | null },
  ): Promise<TeamRow> {
    return tx.team.update({ where: { id }, data, include: WITH_COUNTS });
  }

  /** What would be lost with it: people, and keys, revoked ones included. */
  async contents(tx: Transaction, id: string): Promise<{ people: number; keys: number }> {
    const { _count } = await tx.team.findUniqueOrThrow({
      where: { id },
      select: { _count: { select: { users: true, keys: true } } },
    });
    return { people: _count.users, keys: _count.keys };
  }

  /** With its invitations and limits. */
  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.quota.deleteMany({ where: { subjectKind: 'team', subjectId: id } });
    await tx.team.delete({ where: { id } });
  }

  async endSessions(tx: Transaction, id: string): Promise<void> {
    await tx.session.deleteMany({ where: { user: { teamId: id } } });
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }
}

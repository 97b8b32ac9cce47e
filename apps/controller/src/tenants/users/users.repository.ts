import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../../infra/prisma.service.js';

/** A filter on people. */
export interface UserWhere {
  id?: string;
  teamId?: string;
}

export interface ChangedUser {
  name: string;
  role: string;
  teamId: string;
  disabledAt: Date | null;
}

export type UserRow = NonNullable<Awaited<ReturnType<UsersRepository['find']>>>;

@Injectable()
export class UsersRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** By e-mail address. */
  async list(where: UserWhere, now: Date) {
    return this.prisma.client.user.findMany({
      where,
      orderBy: { email: 'asc' },
      include: shown(now),
    });
  }

  /** Null when there is no such person among these. */
  async find(where: UserWhere, id: string, now: Date, tx?: Transaction) {
    const client = tx ?? this.prisma.client;
    return client.user.findFirst({ where: { AND: [where, { id }] }, include: shown(now) });
  }

  update(tx: Transaction, id: string, data: ChangedUser, now: Date): Promise<UserRow> {
    return tx.user.update({ where: { id }, data, include: shown(now) });
  }

  async hasTeam(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.team.count({ where: { id } })) > 0;
  }

  /** A person's keys are always of the person's team. */
  async moveKeys(tx: Transaction, userId: string, teamId: string): Promise<void> {
    await tx.apiKey.updateMany({ where: { userId }, data: { teamId } });
  }

  async endSessions(tx: Transaction, userId: string): Promise<void> {
    await tx.session.deleteMany({ where: { userId } });
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }
}

/** With the team's name, and the newest of the sessions that are open. */
function shown(now: Date) {
  return {
    team: { select: { name: true } },
    sessions: {
      where: { expiresAt: { gt: now } },
      orderBy: { createdAt: 'desc' },
      take: 1,
      select: { createdAt: true },
    },
  } as const;
}

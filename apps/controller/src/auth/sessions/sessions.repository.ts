/** Open sessions, as rows; better-auth makes them and finds them by their cookie. */
import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../../infra/prisma.service.js';

/** Never the token: it opens the session. */
const SHOWN = {
  id: true,
  userId: true,
  createdAt: true,
  expiresAt: true,
  ipAddress: true,
  userAgent: true,
  user: { select: { email: true, role: true, teamId: true } },
} as const;

export type SessionRow = Awaited<ReturnType<SessionsRepository['list']>>[number];

/** A filter on the people whose sessions they are. */
export interface PeopleWhere {
  id?: string;
  teamId?: string;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Open ones, newest first. */
  async list(of: PeopleWhere[], now: Date) {
    return this.prisma.client.session.findMany({
      where: { user: { AND: of }, expiresAt: { gt: now } },
      orderBy: { createdAt: 'desc' },
      select: SHOWN,
    });
  }

  /** Null when there is none of these people's with that id. */
  find(tx: Transaction, of: PeopleWhere, id: string): Promise<SessionRow | null> {
    return tx.session.findFirst({ where: { id, user: of }, select: SHOWN });
  }

  /** Null when there is no such person among these. */
  async findPerson(tx: Transaction, of: PeopleWhere, id: string) {
    return tx.user.findFirst({
      where: { AND: [of, { id }] },
      select: { id: true, email: true, role: true, teamId: true },
    });
  }

  async end(tx: Transaction, id: string): Promise<void> {
    await tx.session.deleteMany({ where: { id } });
  }

  /** How many there were. */
  async endAllOf(tx: Transaction, userId: string): Promise<number> {
    return (await tx.session.deleteMany({ where: { userId } })).count;
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }
}

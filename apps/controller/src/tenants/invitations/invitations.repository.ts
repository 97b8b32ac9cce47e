import { Injectable } from '@nestjs/common';
import type { Role } from '@corral/contracts/http';
import { PrismaService, type Transaction } from '../../infra/prisma.service.js';

const WITH_TEAM = { team: { select: { name: true } } } as const;

/** A filter on invitations. */
export interface InvitationWhere {
  teamId?: string;
}

export interface NewInvitation {
  email: string;
  role: Role;
  teamId: string;
  tokenHash: string;
  invitedById: string | null;
  expiresAt: Date;
}

export interface InvitedPerson {
  id: string;
  email: string;
  name: string;
  role: string;
  teamId: string;
}

export type InvitationRow = Awaited<ReturnType<InvitationsRepository['list']>>[number];

/** Neither used nor revoked nor run out, into a team that is active. */
const openAt = (now: Date) =>
  ({
    acceptedAt: null,
    revokedAt: null,
    expiresAt: { gt: now },
    team: { disabledAt: null },
  }) as const;

@Injectable()
export class InvitationsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Newest first, those that are over included. */
  async list(where: InvitationWhere) {
    return this.prisma.client.invitation.findMany({
      where,
      orderBy: { id: 'desc' },
      include: WITH_TEAM,
    });
  }

  find(tx: Transaction, where: InvitationWhere, id: string): Promise<InvitationRow | null> {
    return tx.invitation.findFirst({ where: { AND: [where, { id }] }, include: WITH_TEAM });
  }

  async hasTeam(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.team.count({ where: { id } })) > 0;
  }

  async hasAccount(tx: Transaction, email: string): Promise<boolean> {
    return (await tx.user.count({ where: { email } })) > 0;
  }

  create(tx: Transaction, invitation: NewInvitation): Promise<InvitationRow> {
    return tx.invitation.create({ data: invitation, include: WITH_TEAM });
  }

  revoke(tx: Transaction, id: string, revokedAt: Date): Promise<InvitationRow> {
    return tx.invitation.update({ where: { id }, data: { revokedAt }, include: WITH_TEAM });
  }

  /** The open ones that somebody has sent. */
  openBy(tx: Transaction, invitedById: string, now: Date): Promise<InvitationRow[]> {
    return tx.invitation.findMany({
      where: { ...openAt(now), invitedById },
      include: WITH_TEAM,
    });
  }

  async isOpen(tokenHash: string, now: Date): Promise<boolean> {
    const open = await this.prisma.client.invitation.count({
      where: { tokenHash, ...openAt(now) },
    });
    return open > 0;
  }

  /** Uses it up. Null when it is not open (any more): of many at once, one gets it. */
  async take(tx: Transaction, tokenHash: string, now: Date): Promise<InvitationRow | null> {
    const taken = await tx.invitation.updateMany({
      where: { tokenHash, ...openAt(now) },
      data: { acceptedAt: now },
    });
    if (taken.count === 0) return null;
    return tx.invitation.findUnique({ where: { tokenHash }, include: WITH_TEAM });
  }

  /** With what lets the person in. The address counts as verified: the link was sent there. */
  async createPerson(
    tx: Transaction,
    person: InvitedPerson,
    account: { id: string; accountId: string; providerId: string; password: string },
  ): Promise<Date> {
    const { createdAt } = await tx.user.create({
      data: { ...person, emailVerified: true, accounts: { create: account } },
    });
    return createdAt;
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.client.$transaction(work);
  }
}

/** Invitations, for those who send them. What becomes of one is in invitation-acceptance.service. */
import { Injectable } from '@nestjs/common';
import {
  DEFAULT_TEAM_ID,
  roleSchema,
  type CreatedInvitation,
  type CreateInvitation,
  type InvitationView,
} from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { mayManage, rolesBelow } from '../../auth/people.pure.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import type { Transaction } from '../../infra/prisma.service.js';
import { lock } from '../../infra/advisory-locks.js';
import { invitationUrl, mintInvitationToken } from './invitation-token.js';
import { auditedInvitation, invitationViewOf } from './invitation-view.pure.js';
import { InvitationsRepository, type InvitationRow } from './invitations.repository.js';
import { notFound, present } from '../not-found.js';
import { teamsOf } from '../teams/team-view.pure.js';

const DAY_MS = 86_400_000;

@Injectable()
export class InvitationsService {
  constructor(
    private readonly invitations: InvitationsRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Newest first; those that are over, too. */
  async list(by: Principal): Promise<InvitationView[]> {
    const rows = await this.invitations.list(scopeOf(by));
    return rows.map((row) => invitationViewOf(row, this.clock.now()));
  }

  /**
   * The only time that the link is seen. Throws `permission_denied` for a role that is not the
   * asker's to give, `not_found` for a team that the asker does not see, and `conflict`, to an admin
   * alone, when the address has an account.
   *
   * @param origin of the console, as browsers know it
   */
  async create(
    by: Principal,
    wanted: CreateInvitation,
    origin: string,
  ): Promise<CreatedInvitation> {
    const { email, role } = wanted;
    if (!rolesBelow(by.role).includes(role)) {
      throw denied(`Only an admin may invite a ${role}.`, 'role');
    }
    const teamId = wanted.teamId ?? by.teamId ?? DEFAULT_TEAM_ID;
    const { token, tokenHash } = mintInvitationToken();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + wanted.expiresInDays * DAY_MS);
    const row = await this.invitations.transaction(async (tx) => {
      await lock(tx, 'accounts');
      const isSeen = [undefined, teamId].includes(teamsOf(by).id);
      if (!isSeen || !(await this.invitations.hasTeam(tx, teamId))) {
        throw notFound('team', teamId, 'teamId');
      }
      if (by.role === 'admin' && (await this.invitations.hasAccount(tx, email))) {
        throw new FailureException({
          code: 'conflict',
          message: `${email} has an account already.`,
          param: 'email',
        });
      }
      const invitation = { email, role, teamId, tokenHash, expiresAt, invitedById: by.userId };
      const made = await this.invitations.create(tx, invitation);
      await this.record(tx, by, 'create', null, made);
      return made;
    });
    return { ...invitationViewOf(row, now), url: invitationUrl(origin, token) };
  }

  /** Throws `not_found`, `permission_denied`, and `conflict` when it has been accepted. */
  async revoke(by: Principal, id: string): Promise<void> {
    await this.invitations.transaction(async (tx) => {
      await lock(tx, 'accounts');
      const found = present(await this.invitations.find(tx, scopeOf(by), id), 'invitation', id);
      if (!mayManage(by, { role: roleSchema.parse(found.role), teamId: found.teamId })) {
        throw denied(`Only an admin may revoke the invitation of a ${found.role}.`);
      }
      if (found.acceptedAt !== null) {
        throw new FailureException({
          code: 'conflict',
          message: `${found.email} has accepted it. Disable the user instead.`,
        });
      }
      if (found.revokedAt === null) await this.end(tx, by, found);
    });
  }

  /** All open ones that somebody has sent who does not answer for them any more. */
  async revokeAllBy(tx: Transaction, by: Principal, inviterId: string): Promise<void> {
    const open = await this.invitations.openBy(tx, inviterId, this.clock.now());
    for (const invitation of open) await this.end(tx, by, invitation);
  }

  private async end(tx: Transaction, by: Principal, invitation: InvitationRow): Promise<void> {
    await this.invitations.revoke(tx, invitation.id, this.clock.now());
    await this.record(tx, by, 'revoke', invitation, null);
  }

  private record(
    tx: Transaction,
    by: Principal,
    action: 'create' | 'revoke',
    before: InvitationRow | null,
    after: InvitationRow | null,
  ): Promise<void> {
    return this.audit.record(tx, by, {
      action: `invitation.${action}`,
      subjectKind: 'invitation',
      subjectId: (after ?? before)?.id ?? '',
      before: before && auditedInvitation(before),
      after: after && auditedInvitation(after),
    });
  }
}

/** All for an admin, else the own team's. */
function scopeOf({ role, teamId }: Principal): { teamId?: string } {
  return role === 'admin' ? {} : { teamId: teamId ?? '' };
}

function denied(message: string, param: string | null = null): FailureException {
  return new FailureException({ code: 'permission_denied', message, param });
}

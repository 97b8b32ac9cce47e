/**
 * Turns an invitation into an account, once. The token is all that the caller has to show, so
 * whatever is wrong with it, the answer is the same.
 */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { roleSchema, type AcceptInvitation, type UserView } from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { LoginThrottle } from '../../auth/sign-in/login-throttle.service.js';
import { passwordAccount, type PasswordAccount } from '../../auth/password-account.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import { SYSTEM, type Principal } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import type { Transaction } from '../../infra/prisma.service.js';
import { lock } from '../../infra/advisory-locks.js';
import { hashInvitationToken } from './invitation-token.js';
import { InvitationsRepository, type InvitationRow } from './invitations.repository.js';

/** Where the caller is. */
export interface Caller {
  requestId: string;
  address: string;
}

@Injectable()
export class InvitationAcceptanceService {
  constructor(
    private readonly invitations: InvitationsRepository,
    private readonly throttle: LoginThrottle,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Throws `not_found` for a token that is unknown, used, revoked or expired, `conflict` when the
   * address has an account by now, `rate_limit_exceeded` after many tries from one address.
   */
  async accept({ token, name, password }: AcceptInvitation, from: Caller): Promise<UserView> {
    const admitted = await this.throttle.invitationFrom(from.address);
    const tokenHash = hashInvitationToken(token);
    // Hashing a password takes a while, and is not for everybody to ask for.
    if (!(await this.invitations.isOpen(tokenHash, this.clock.now()))) throw notValid();
    const id = randomUUID();
    const account = await passwordAccount(id, password);
    const user = await this.invitations.transaction(async (tx) => {
      await lock(tx, 'accounts');
      const invitation = await this.invitations.take(tx, tokenHash, this.clock.now());
      if (invitation === null) throw notValid();
      return this.createPerson(tx, { id, name }, invitation, account, from);
    });
    await admitted.succeeded();
    return user;
  }

  private async createPerson(
    tx: Transaction,
    { id, name }: { id: string; name: string },
    { id: invitationId, email, role, teamId, team }: InvitationRow,
    account: PasswordAccount,
    from: Caller,
  ): Promise<UserView> {
    if (await this.invitations.hasAccount(tx, email)) {
      throw new FailureException({
        code: 'conflict',
        message: `${email} has an account already. Sign in with it.`,
      });
    }
    const person = { id, email, name, role: roleSchema.parse(role), teamId };
    const createdAt = await this.invitations.createPerson(tx, person, account);
    const by: Principal = { ...SYSTEM, ...from, kind: 'user', userId: id, email };
    await this.audit.record(tx, by, {
      action: 'invitation.accept',
      subjectKind: 'invitation',
      subjectId: invitationId,
      before: null,
      after: { userId: id, email },
    });
    await this.audit.record(tx, by, {
      action: 'user.create',
      subjectKind: 'user',
      subjectId: id,
      before: null,
      after: { email, name, role, teamId },
    });
    return {
      ...person,
      teamName: team.name,
      createdAt: createdAt.toISOString(),
      disabledAt: null,
      lastSignInAt: null,
    };
  }
}

function notValid(): FailureException {
  return new FailureException({
    code: 'not_found',
    message: 'This invitation is not valid, or not any more. Ask for a new one.',
  });
}

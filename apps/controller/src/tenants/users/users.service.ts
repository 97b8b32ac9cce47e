/** People: who they are, what they may do, and in which team. They come by invitation. */
import { Injectable } from '@nestjs/common';
import type { UpdateUser, UserView } from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { peopleOf } from '../../auth/people.pure.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import type { Transaction } from '../../infra/prisma.service.js';
import { lock } from '../../infra/advisory-locks.js';
import { disabledSince } from './disabling.pure.js';
import { InvitationsService } from '../invitations/invitations.service.js';
import { KeyAnnouncer } from '../key-announcer.js';
import { keepingAnAdmin } from './last-admin.js';
import { notFound, present } from '../not-found.js';
import { changeKind, losesStanding, refusalOf } from './user-change.pure.js';
import { auditedUser, userViewOf } from './user-view.pure.js';
import { UsersRepository, type UserRow } from './users.repository.js';

@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly invitations: InvitationsService,
    private readonly audit: AuditService,
    private readonly keys: KeyAnnouncer,
    private readonly clock: Clock,
  ) {}

  /** By e-mail address. */
  async list(by: Principal): Promise<UserView[]> {
    return (await this.users.list(peopleOf(by), this.clock.now())).map(userViewOf);
  }

  /** Throws `not_found`. */
  async view(by: Principal, id: string): Promise<UserView> {
    const found = await this.users.find(peopleOf(by), id, this.clock.now());
    return userViewOf(present(found, 'user', id));
  }

  /**
   * Whoever is disabled or moved is signed out, and their keys are read again by all controllers.
   * Throws `not_found` (of a team, too), `permission_denied`, and `conflict` for the last admin.
   */
  async update(by: Principal, id: string, change: UpdateUser): Promise<UserView> {
    const [kind, after] = await this.users.transaction(async (tx) => {
      await lock(tx, 'accounts');
      const found = await this.users.find(peopleOf(by), id, this.clock.now(), tx);
      const was = present(found, 'user', id);
      const refusal = refusalOf(by, userViewOf(was), change);
      if (refusal !== null) throw new FailureException(refusal);
      const is = await keepingAnAdmin(tx, () => this.apply(tx, was, change));
      const what = changeKind(was, is);
      if (losesStanding(was, is)) await this.invitations.revokeAllBy(tx, by, id);
      if (what === 'disable' || what === 'move') await this.users.endSessions(tx, id);
      await this.audit.record(tx, by, {
        action: `user.${what}`,
        subjectKind: 'user',
        subjectId: id,
        before: auditedUser(was),
        after: auditedUser(is),
      });
      return [what, is];
    });
    if (kind !== 'update') this.keys.ownersChanged();
    return this.view(by, after.id);
  }

  private async apply(tx: Transaction, was: UserRow, change: UpdateUser): Promise<UserRow> {
    const teamId = change.teamId ?? was.teamId;
    if (teamId !== was.teamId) {
      if (!(await this.users.hasTeam(tx, teamId))) throw notFound('team', teamId, 'teamId');
      await this.users.moveKeys(tx, was.id, teamId);
    }
    const now = this.clock.now();
    const changed = {
      name: change.name ?? was.name,
      role: change.role ?? was.role,
      teamId,
      disabledAt: disabledSince(was.disabledAt, change.disabled, now),
    };
    return this.users.update(tx, was.id, changed, now);
  }
}

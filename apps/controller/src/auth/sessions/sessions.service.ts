/** Who is signed in where, and ending it. Each sees the sessions of the people they see. */
import { Injectable } from '@nestjs/common';
import { roleSchema, type SessionQuery, type SessionView } from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import { mayManage, peopleOf } from '../people.pure.js';
import { SessionsRepository } from './sessions.repository.js';

@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Newest first. Throws `not_found` for somebody whom the asker does not see. */
  async list(by: Principal, query: SessionQuery): Promise<SessionView[]> {
    const userId = query.userId ?? by.userId;
    const whose = userId === null ? {} : { id: userId };
    if (query.userId !== undefined) await this.seePerson(by, query.userId);
    const rows = await this.sessions.list([peopleOf(by), whose], this.clock.now());
    return rows.map(({ user, createdAt, expiresAt, ...row }) => ({
      ...row,
      email: user.email,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      current: row.id === by.sessionId,
    }));
  }

  /** Throws `not_found`, for the session of somebody else's too, and `permission_denied`. */
  async end(by: Principal, id: string): Promise<void> {
    await this.sessions.transaction(async (tx) => {
      const session = await this.sessions.find(tx, peopleOf(by), id);
      if (session === null) throw notFound(`There is no session '${id}'.`);
      const { userId, user } = session;
      refuseUnlessManaged(by, { ...user, id: userId });
      await this.sessions.end(tx, id);
      await this.audit.record(tx, by, {
        action: 'session.end',
        subjectKind: 'session',
        subjectId: id,
        before: { userId, email: user.email },
        after: null,
      });
    });
  }

  /** Throws as {@link end}. */
  async endAllOf(by: Principal, userId: string): Promise<void> {
    await this.sessions.transaction(async (tx) => {
      const person = await this.sessions.findPerson(tx, peopleOf(by), userId);
      if (person === null) throw notFound(`There is no user '${userId}'.`);
      refuseUnlessManaged(by, person);
      const sessions = await this.sessions.endAllOf(tx, userId);
      if (sessions === 0) return;
      await this.audit.record(tx, by, {
        action: 'session.end',
        subjectKind: 'user',
        subjectId: userId,
        before: { email: person.email, sessions },
        after: { email: person.email, sessions: 0 },
      });
    });
  }

  private seePerson(by: Principal, userId: string): Promise<void> {
    return this.sessions.transaction(async (tx) => {
      const person = await this.sessions.findPerson(tx, peopleOf(by), userId);
      if (person === null) throw notFound(`There is no user '${userId}'.`);
    });
  }
}

function refuseUnlessManaged(
  by: Principal,
  person: { id: string; email: string; role: string; teamId: string },
): void {
  const role = roleSchema.parse(person.role);
  if (person.id === by.userId || mayManage(by, { role, teamId: person.teamId })) return;
  throw new FailureException({
    code: 'permission_denied',
    message: `Only an admin may sign ${person.email} out, who is a ${role}.`,
  });
}

function notFound(message: string): FailureException {
  return new FailureException({ code: 'not_found', message });
}

/** Join tokens, for the admins who hand them out. What becomes of one is in enrolment.service. */
import { Injectable } from '@nestjs/common';
import type { CreatedJoinToken, CreateJoinToken, JoinTokenView } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Principal } from '../common/principal.pure.js';
import { Clock } from '../infra/clock.js';
import { NatsAccess } from '../infra/nats-access.js';
import { mintJoinToken } from './join-token.js';
import { auditedJoinToken, joinTokenViewOf } from './join-token-view.pure.js';
import { JoinTokensRepository } from './join-tokens.repository.js';
import { noAuthority } from './no-authority.js';

/** For so long a token that is over can be looked up; the audit log knows it for ever. */
const LISTED_MS = 30 * 24 * 60 * 60 * 1_000;

@Injectable()
export class JoinTokensService {
  constructor(
    private readonly tokens: JoinTokensRepository,
    private readonly nats: NatsAccess,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Newest first; those that are over, too, for 30 days at least. */
  async list(): Promise<JoinTokenView[]> {
    const now = this.clock.now();
    return (await this.tokens.list()).map((row) => joinTokenViewOf(row, now));
  }

  /**
   * The only time that the secret is seen. Throws `conflict` where NATS has no credentials to give.
   *
   * @param url where machines reach this controller
   */
  async create(by: Principal, wanted: CreateJoinToken, url: string): Promise<CreatedJoinToken> {
    if (this.nats.authority === null) throw noAuthority();
    const { token, secretHash } = mintJoinToken();
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + wanted.ttlSeconds * 1_000);
    const createdBy = by.userId ?? by.kind;
    const { labels } = wanted;
    const row = await this.tokens.transaction(async (tx) => {
      await this.tokens.forget(tx, new Date(createdAt.getTime() - LISTED_MS));
      const made = await this.tokens.create(tx, {
        secretHash,
        createdBy,
        createdAt,
        expiresAt,
        labels,
      });
      await this.audit.record(tx, by, {
        action: 'join_token.create',
        subjectKind: 'join_token',
        subjectId: made.id,
        before: null,
        after: auditedJoinToken(made),
      });
      return made;
    });
    return { ...joinTokenViewOf(row, createdAt), token, url };
  }

  /** Lets nobody in any more; a machine that has joined with it stays. Throws `not_found`. */
  async remove(by: Principal, id: string): Promise<void> {
    await this.tokens.transaction(async (tx) => {
      const row = await this.tokens.remove(tx, id);
      if (row === null) {
        const message = `There is no join token '${id}'. \`corral join-token list\` shows all.`;
        throw new FailureException({ code: 'not_found', message });
      }
      await this.audit.record(tx, by, {
        action: 'join_token.delete',
        subjectKind: 'join_token',
        subjectId: id,
        before: auditedJoinToken(row),
        after: null,
      });
    });
  }
}

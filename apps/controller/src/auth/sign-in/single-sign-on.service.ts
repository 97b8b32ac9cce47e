/**
 * Makes accounts for people whom the single sign-on provider sends and who have none. Whoever has
 * one gets in by it, once the provider says that the address is verified: better-auth sees to that.
 */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DEFAULT_TEAM_ID, type Role } from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import { SYSTEM } from '../../common/principal.pure.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../infra/prisma.service.js';
import { isAllowedDomain } from './allowed-domains.pure.js';
import type { ProviderProfile } from '../auth-effects.js';
import { OIDC_PROVIDER } from './oidc-plugin.js';

const ROLE_OF_NEW_PEOPLE: Role = 'developer';

@Injectable()
export class SingleSignOnService {
  constructor(
    private readonly config: Config,
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Does nothing when the person is known, by the provider's id or by address, and when the address
   * is not verified or of no allowed domain.
   */
  async admit({ subject, email, emailVerified, name }: ProviderProfile): Promise<void> {
    const { oidc } = this.config;
    if (oidc === null || !emailVerified || !isAllowedDomain(email, oidc.allowedDomains)) return;
    await this.prisma.client.$transaction(async (tx) => {
      const known = { providerId: OIDC_PROVIDER, accountId: subject };
      if ((await tx.account.count({ where: known })) > 0) return;
      const [made] = await tx.user.createManyAndReturn({
        data: {
          id: randomUUID(),
          email: email.toLowerCase(),
          name: name === '' ? email : name,
          emailVerified: true,
          role: ROLE_OF_NEW_PEOPLE,
          teamId: DEFAULT_TEAM_ID,
        },
        skipDuplicates: true,
      });
      if (made === undefined) return;
      const { id, role, teamId } = made;
      await this.audit.record(tx, SYSTEM, {
        action: 'user.create',
        subjectKind: 'user',
        subjectId: id,
        before: null,
        after: { email: made.email, name: made.name, role, teamId, by: 'single sign-on' },
      });
    });
  }
}

/**
 * On a database without users: makes the first admin and the first API key, and shows both once.
 * A parent process gets them over its private channel; without one they go to standard output.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { createKeySchema, DEFAULT_TEAM_ID } from '@corral/contracts/http';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM } from '../common/principal.pure.js';
import { lock } from '../infra/advisory-locks.js';
import { PrismaService } from '../infra/prisma.service.js';
import { passwordAccount } from './password-account.js';

export interface FirstAdmin {
  email: string;
  password: string;
  apiKey: string;
}

const EMAIL = 'admin@corral.local';

@Injectable()
export class FirstAdminService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly keys: ApiKeysService,
    private readonly audit: AuditService,
  ) {}

  /** Null when there are users already. */
  async ensure(): Promise<FirstAdmin | null> {
    const password = randomBytes(12).toString('base64url');
    const id = randomUUID();
    const account = await passwordAccount(id, password);
    const admin = { email: EMAIL, name: 'Admin', role: 'admin', teamId: DEFAULT_TEAM_ID };
    const made = await this.prisma.client.$transaction(async (tx) => {
      await lock(tx, 'firstAdmin');
      if ((await tx.user.count()) > 0) return false;
      await tx.user.create({
        data: { id, ...admin, emailVerified: true, accounts: { create: account } },
      });
      await this.audit.record(tx, SYSTEM, {
        action: 'user.create',
        subjectKind: 'user',
        subjectId: id,
        before: null,
        after: admin,
      });
      return true;
    });
    if (!made) return null;
    const { apiKey } = await this.keys.create(
      { ...SYSTEM, userId: id },
      createKeySchema.parse({ name: 'first key', teamId: DEFAULT_TEAM_ID, userId: id }),
    );
    return { email: EMAIL, password, apiKey };
  }
}

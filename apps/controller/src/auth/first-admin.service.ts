/**
 * On a database without users: makes the first admin and the first API key, and shows both once.
 * A parent process gets them over its private channel; without one they go to standard output.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { PrismaService } from '../infra/prisma.service.js';
import { hashPassword } from './sign-in.service.js';

export interface FirstAdmin {
  email: string;
  password: string;
  apiKey: string;
}

const EMAIL = 'admin@corral.local';
/** Serialises controllers that start together on an empty database. */
const FIRST_ADMIN_LOCK = 7_243_803;

@Injectable()
export class FirstAdminService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly keys: ApiKeysService,
  ) {}

  /** Null when there are users already. */
  async ensure(): Promise<FirstAdmin | null> {
    const password = randomBytes(12).toString('base64url');
    const passwordHash = await hashPassword(password);
    const made = await this.prisma.client.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${FIRST_ADMIN_LOCK})`;
      if ((await tx.user.count()) > 0) return false;
      const id = randomUUID();
      await tx.user.create({
        data: { id, email: EMAIL, name: 'Admin', emailVerified: true, role: 'admin' },
      });
      await tx.account.create({
        data: {
          id: randomUUID(),
          userId: id,
          accountId: id,
          providerId: 'credential',
          password: passwordHash,
        },
      });
      return true;
    });
    if (!made) return null;
    const { apiKey } = await this.keys.create({ name: 'first key', expiresInDays: 90 });
    return { email: EMAIL, password, apiKey };
  }
}

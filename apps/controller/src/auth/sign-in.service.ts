/**
 * Sign-in of people, by better-auth: e-mail and password (argon2id), sessions in the database, a
 * cookie that scripts cannot read and other origins cannot send, throttled tries.
 */
import { Injectable, Logger } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { Config } from '../config/config.js';
import { PrismaService } from '../infra/prisma.service.js';

/** Where the caller's address is handed to better-auth; never taken from the client. */
export const CLIENT_ADDRESS_HEADER = 'x-corral-client-address';
const SIGN_IN_TRIES_PER_MINUTE = 10;

export interface SignedIn {
  userId: string;
  email: string;
  role: string;
}

@Injectable()
export class SignInService {
  private readonly logger = new Logger(SignInService.name);
  private readonly auth;

  constructor(config: Config, prisma: PrismaService) {
    const publicUrl = config.http.publicUrl;
    this.auth = betterAuth({
      appName: 'Corral',
      basePath: '/api/auth',
      ...(publicUrl === null ? {} : { baseURL: publicUrl }),
      // Without a public address, the one that the browser used is its own origin.
      trustedOrigins: (request) => (request === undefined ? [] : [new URL(request.url).origin]),
      secret: config.authSecret,
      database: prismaAdapter(prisma.client, { provider: 'postgresql' }),
      emailAndPassword: {
        enabled: true,
        disableSignUp: true,
        password: {
          hash: hashPassword,
          verify: ({ hash: stored, password }) => verify(stored, password),
        },
      },
      user: { additionalFields: { role: { type: 'string', input: false, required: false } } },
      rateLimit: {
        enabled: true,
        window: 60,
        max: 300,
        customRules: { '/sign-in/email': { window: 60, max: SIGN_IN_TRIES_PER_MINUTE } },
      },
      advanced: {
        cookiePrefix: 'corral',
        // Said outright, since the library would leave it out under NODE_ENV=test or TEST=1.
        disableOriginCheck: false,
        disableCSRFCheck: false,
        ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      },
      telemetry: { enabled: false },
      logger: { log: (_level, message) => this.logger.warn(message) },
    });
  }

  /** better-auth's own routes. */
  handle(request: Request): Promise<Response> {
    return this.auth.handler(request);
  }

  /** Null when the cookie belongs to no session. */
  async sessionOf(headers: Headers): Promise<SignedIn | null> {
    const session = await this.auth.api.getSession({ headers });
    if (session === null) return null;
    const { id, email, role } = session.user as { id: string; email: string; role?: string | null };
    return { userId: id, email, role: role ?? 'developer' };
  }
}

/** Argon2id, with the parameters that OWASP recommends (19 MiB, 2 passes, 1 lane). */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}

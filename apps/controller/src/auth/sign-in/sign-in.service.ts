/** Sign-in of people and their sessions, by better-auth (auth-library.ts). */
import { Injectable, Logger } from '@nestjs/common';
import { roleSchema, type Role } from '@corral/contracts/http';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../infra/prisma.service.js';
import {
  AUTH_PATH,
  CLIENT_ADDRESS_HEADER,
  createAuthLibrary,
  SIGN_IN_PAGE,
  type AuthLibrary,
} from '../auth-library.js';
import { OIDC_PROVIDER } from './oidc-plugin.js';
import { SingleSignOnService } from './single-sign-on.service.js';

export interface SignedIn {
  userId: string;
  email: string;
  role: Role;
  teamId: string;
  sessionId: string;
}

@Injectable()
export class SignInService {
  private readonly logger = new Logger(SignInService.name);
  private readonly auth: AuthLibrary;

  constructor(
    config: Config,
    private readonly prisma: PrismaService,
    singleSignOn: SingleSignOnService,
  ) {
    this.auth = createAuthLibrary(config, prisma, {
      isActive: async (userId) => (await this.activePerson(userId)) !== null,
      endSession: async (token) => {
        await prisma.client.session.deleteMany({ where: { token } });
      },
      admit: (profile) => singleSignOn.admit(profile),
      log: (message) => this.logger.warn(message),
    });
  }

  /** better-auth's own routes. */
  handle(request: Request): Promise<Response> {
    return this.auth.handler(request);
  }

  /**
   * Sends the browser to the provider of single sign-on: the answer sets a cookie that binds the
   * way back to this browser, and its body holds the `url` to go to.
   *
   * @param origin of Corral, as the browser knows it
   */
  beginSingleSignOn(origin: string, address: string): Promise<Response> {
    const headers = {
      'content-type': 'application/json',
      origin,
      [CLIENT_ADDRESS_HEADER]: address,
    };
    const body = { provider: OIDC_PROVIDER, callbackURL: '/', errorCallbackURL: SIGN_IN_PAGE };
    const url = `${origin}${AUTH_PATH}/sign-in/social`;
    return this.handle(new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }));
  }

  /**
   * Null when the cookie belongs to no session, or the person or the person's team is disabled.
   * Read anew each time, so that disabling holds at once.
   */
  async sessionOf(headers: Headers): Promise<SignedIn | null> {
    const found = await this.auth.api.getSession({ headers });
    if (found === null) return null;
    const person = await this.activePerson(found.user.id);
    return person === null ? null : { ...person, sessionId: found.session.id };
  }

  private async activePerson(userId: string): Promise<Omit<SignedIn, 'sessionId'> | null> {
    const user = await this.prisma.client.user.findFirst({
      where: { id: userId, disabledAt: null, team: { disabledAt: null } },
      select: { email: true, role: true, teamId: true },
    });
    const role = roleSchema.safeParse(user?.role);
    if (user === null || !role.success) return null;
    return { userId, email: user.email, role: role.data, teamId: user.teamId };
  }
}

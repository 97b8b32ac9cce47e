/**
 * better-auth as it is used here: people sign in by password or by single sign-on, and their
 * sessions are rows of the database behind a cookie that scripts cannot read and other sites cannot
 * send. Nobody signs up; accounts come from invitations (tenants/) and from single-sign-on.service.
 */
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import type { Config } from '../config/config.js';
import type { PrismaService } from '../infra/prisma.service.js';
import type { AuthEffects } from './auth-effects.js';
import { endOtherSessionsWithPassword, hooksFor } from './auth-hooks.js';
import { oidcPlugin } from './sign-in/oidc-plugin.js';
import { hashPassword, isPassword } from './password-account.js';

export const AUTH_PATH = '/api/auth';
/** Where the console says what went wrong, by `?error=`. */
export const SIGN_IN_PAGE = '/sign-in';
/** Where the caller's address is handed to better-auth; never taken from the client. */
export const CLIENT_ADDRESS_HEADER = 'x-corral-client-address';
/** How better-auth reads the caller's address: of IPv6, the network (/64) that a customer is given. */
export const ADDRESSES = {
  advanced: { ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] } },
} satisfies BetterAuthOptions;
/** NIST SP 800-63B asks for length, and for nothing else. */
const PASSWORD_LENGTH = { min: 12, max: 128 };

export type AuthLibrary = ReturnType<typeof createAuthLibrary>;

export function createAuthLibrary(config: Config, prisma: PrismaService, effects: AuthEffects) {
  const { publicUrl } = config.http;
  return betterAuth({
    appName: 'Corral',
    basePath: AUTH_PATH,
    ...(publicUrl === null ? {} : { baseURL: publicUrl }),
    // Without a public address, the one that the browser used is its own origin.
    trustedOrigins: (request) => (request === undefined ? [] : [new URL(request.url).origin]),
    secret: config.authSecret,
    database: prismaAdapter(prisma.client, { provider: 'postgresql' }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      password: {
        hash: hashPassword,
        verify: ({ hash, password }) => isPassword(password, hash),
      },
    },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, required: false },
        teamId: { type: 'string', input: false, required: false },
      },
    },
    account: { updateAccountOnSignIn: false },
    plugins: config.oidc === null ? [] : [oidcPlugin(config.oidc, effects)],
    databaseHooks: hooksFor(effects),
    hooks: { before: endOtherSessionsWithPassword },
    onAPIError: { errorURL: SIGN_IN_PAGE },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      // Counted across controllers, and by account as well: login-throttle.service.ts.
      customRules: { '/sign-in/*': false, '/change-password': false },
    },
    advanced: {
      ...cookiesFor(publicUrl),
      // Said outright, since the library would leave it out under NODE_ENV=test or TEST=1.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ...ADDRESSES.advanced,
    },
    telemetry: { enabled: false },
    logger: { log: (_level, message) => effects.log(message) },
  });
}

/**
 * Behind https the cookie's name begins with `__Host-`: no other host can set it, and no page under
 * another path. Named here, since the library only knows the weaker `__Secure-`.
 */
function cookiesFor(publicUrl: string | null): NonNullable<BetterAuthOptions['advanced']> {
  const isSecure = publicUrl?.startsWith('https://') === true;
  return {
    cookiePrefix: isSecure ? '__Host-corral' : 'corral',
    useSecureCookies: false,
    defaultCookieAttributes: { secure: isSecure },
  };
}

/** What happens around better-auth's sessions and accounts. */
import { BASE_ERROR_CODES, type BetterAuthOptions } from 'better-auth';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import type { AuthEffects } from './auth-effects.js';

export function hooksFor({
  isActive,
  endSession,
}: AuthEffects): BetterAuthOptions['databaseHooks'] {
  return {
    session: {
      create: {
        before: async ({ userId }, context) => {
          if (await isActive(userId)) return undefined;
          if (context?.path !== '/sign-in/email') return false;
          // As to a wrong password: a guesser does not learn that it was right.
          throw APIError.from('UNAUTHORIZED', BASE_ERROR_CODES.INVALID_EMAIL_OR_PASSWORD);
        },
        // A browser's session of before ends with its new one.
        after: async ({ token }, context) => {
          if (context === null) return;
          const { authCookies, secret } = context.context;
          const previous = await context.getSignedCookie(authCookies.sessionToken.name, secret);
          if (typeof previous === 'string' && previous !== token) await endSession(previous);
        },
      },
    },
    account: {
      create: {
        // The provider's tokens open doors elsewhere, and nothing here needs them.
        before: (account) =>
          Promise.resolve({
            data: { ...account, accessToken: null, refreshToken: null, idToken: null },
          }),
      },
    },
  };
}

/** Whoever knew the old password is signed out. */
export const endOtherSessionsWithPassword = createAuthMiddleware(({ path, body }) => {
  if (path !== '/change-password') return Promise.resolve(undefined);
  const form = body as Record<string, unknown>;
  return Promise.resolve({ context: { body: { ...form, revokeOtherSessions: true } } });
});

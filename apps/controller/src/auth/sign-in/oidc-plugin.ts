import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import type { OidcSettings } from '../../config/oidc-settings.pure.js';
import type { AuthEffects } from '../auth-effects.js';

/** The provider's name in paths and tables. */
export const OIDC_PROVIDER = 'oidc';

/** Authorization code with PKCE, state and nonce; the ID token's signature is checked. */
export function oidcPlugin(oidc: OidcSettings, { admit }: AuthEffects) {
  return genericOAuth({
    config: [
      {
        providerId: OIDC_PROVIDER,
        name: oidc.name,
        discoveryUrl: `${oidc.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
        requireIdTokenVerification: true,
        clientId: oidc.clientId,
        clientSecret: oidc.clientSecret,
        // The one that every provider must take (RFC 6749, 2.3.1).
        tokenEndpointAuth: { method: 'client_secret_basic' },
        scopes: ['openid', 'email', 'profile'],
        pkce: true,
        disableSignUp: true,
        mapProfileToUser: async ({ sub, email, emailVerified, name }) => {
          if (sub == null || typeof email !== 'string') return {};
          await admit({
            subject: String(sub),
            email,
            emailVerified: emailVerified === true,
            name: typeof name === 'string' ? name : '',
          });
          return {};
        },
      },
    ],
  });
}

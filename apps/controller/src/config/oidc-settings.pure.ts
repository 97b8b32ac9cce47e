/** The settings of single sign-on by OpenID Connect. Pure. */
import { z } from 'zod';

/** All of them are needed, or none. */
const NEEDED = [
  'CORRAL_OIDC_ISSUER',
  'CORRAL_OIDC_CLIENT_ID',
  'CORRAL_OIDC_CLIENT_SECRET',
] as const;

export const oidcEnvironment = {
  CORRAL_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .refine(isSafeIssuer, 'must be https, unless it is on this machine')
    .optional(),
  CORRAL_OIDC_CLIENT_ID: z.string().min(1).optional(),
  CORRAL_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  CORRAL_OIDC_NAME: z.string().min(1).max(60).default('Single sign-on'),
  /** Separated by commas. */
  CORRAL_OIDC_ALLOWED_DOMAINS: z.string().default(''),
};

export interface OidcSettings {
  /** Its configuration is read at `<issuer>/.well-known/openid-configuration`. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Of the button that leads there. */
  name: string;
  /**
   * Whoever comes with a verified address of one of these gets an account; `*`: whoever comes. None
   * (the default): only people who have one already, since many providers let in all the world.
   */
  allowedDomains: string[];
}

type OidcEnvironment = z.output<z.ZodObject<typeof oidcEnvironment>>;

/** What is missing of a provider that is half configured, with a message each; else empty. */
export function missingOfOidc(env: OidcEnvironment): [name: string, message: string][] {
  const missing = NEEDED.filter((name) => env[name] === undefined);
  if (missing.length === NEEDED.length) return [];
  return missing.map((name) => [name, `is missing; single sign-on needs ${NEEDED.join(', ')}`]);
}

/** Null: no provider is configured. */
export function oidcFrom(env: OidcEnvironment): OidcSettings | null {
  const {
    CORRAL_OIDC_ISSUER: issuer,
    CORRAL_OIDC_CLIENT_ID: clientId,
    CORRAL_OIDC_CLIENT_SECRET: clientSecret,
  } = env;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  const allowedDomains = env.CORRAL_OIDC_ALLOWED_DOMAINS.split(',')
    .map((domain) => domain.trim().toLowerCase())
    .filter((domain) => domain !== '');
  return { issuer, clientId, clientSecret, name: env.CORRAL_OIDC_NAME, allowedDomains };
}

/** Without TLS, whoever is on the way could say who people are. */
function isSafeIssuer(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

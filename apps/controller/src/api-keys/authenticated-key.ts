import type { KeyScope } from '@corral/contracts/http';
import type { FastifyRequest } from 'fastify';

/** Who asks, as far as the public API is concerned. */
export interface AuthenticatedKey {
  keyId: string;
  /** Of the secret that was used. */
  publicId: string;
  name: string;
  teamId: string;
  /** Null: a service key of the team. */
  userId: string | null;
  /** What it may do; the access guard asks for it. */
  scopes: readonly KeyScope[];
  /** When the secret that was used ends; null: never. */
  expiresAt: Date | null;
  /** Prompts are reused between requests of one scope only: of the team. */
  cacheScope: string;
}

/** A request that the access guard let through on a route for API keys. */
export interface KeyedRequest extends FastifyRequest {
  apiKey?: AuthenticatedKey;
}

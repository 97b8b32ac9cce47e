import type { FastifyRequest } from 'fastify';

/** Who asks, as far as the public API is concerned. */
export interface AuthenticatedKey {
  keyId: string;
  publicId: string;
  name: string;
  /** Prompts are reused between requests of one scope only. */
  cacheScope: string;
}

/** A request that the access guard let through on a route for API keys. */
export interface KeyedRequest extends FastifyRequest {
  apiKey?: AuthenticatedKey;
}

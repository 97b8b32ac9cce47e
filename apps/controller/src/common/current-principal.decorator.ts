import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from './principal.pure.js';

/** A request that the access guard let through on a route for people. */
export interface SignedInRequest extends FastifyRequest {
  principal?: Principal;
}

/** Who asks. Throws on a route that is not for people: a fault, not a "no". */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Principal => {
    const { principal } = context.switchToHttp().getRequest<SignedInRequest>();
    if (principal === undefined) throw new Error('the route does not declare a role');
    return principal;
  },
);

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AuthenticatedKey, KeyedRequest } from './authenticated-key.js';

/** The key that the guard found. Throws on a route that is not for API keys: a fault, not a "no". */
export const CurrentKey = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AuthenticatedKey => {
    const { apiKey } = context.switchToHttp().getRequest<KeyedRequest>();
    if (apiKey === undefined) throw new Error('the route does not declare @RequiresApiKey()');
    return apiKey;
  },
);

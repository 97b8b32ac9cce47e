import { z } from 'zod';
import { callApi, type ApiResult } from '../../../lib/api-client';

/** Ends the session on the controller and clears its cookie. */
export function signOut(): Promise<ApiResult<unknown>> {
  return callApi({ method: 'POST', path: '/api/auth/sign-out', body: {}, schema: z.object({}) });
}

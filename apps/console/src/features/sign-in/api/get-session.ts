import { z } from 'zod';
import { callApi, type ApiResult } from '../../../lib/api-client';

/** Null without a session. */
const sessionSchema = z
  .object({ user: z.object({ email: z.string(), name: z.string() }) })
  .nullable();
export type Session = z.infer<typeof sessionSchema>;

/** Who is signed in here; null: nobody. */
export function getSession(signal: AbortSignal): Promise<ApiResult<Session>> {
  return callApi({ path: '/api/auth/get-session', schema: sessionSchema, signal });
}

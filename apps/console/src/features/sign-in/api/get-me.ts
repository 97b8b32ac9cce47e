import { meSchema } from '@corral/contracts/http';
import { z } from 'zod';
import { callApi, type ApiResult } from '../../../lib/api-client';

/** A browser has a session, so it is always a person who asks and never the admin token. */
const personSchema = meSchema.extend({
  kind: z.literal('user'),
  email: z.string(),
  name: z.string(),
  teamName: z.string(),
});
export type Person = z.infer<typeof personSchema>;

/** Who is asking, with role and team. `unauthorized` without a session. */
export function getMe(signal: AbortSignal): Promise<ApiResult<Person>> {
  return callApi({ path: '/admin/v1/me', schema: personSchema, signal });
}

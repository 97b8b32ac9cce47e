import { z } from 'zod';
import { callApi, type ApiResult } from '../../../lib/api-client';

export interface Credentials {
  email: string;
  password: string;
}

/** Signs in: the answer sets the session cookie. `unauthorized` means wrong e-mail or password. */
export function signIn(credentials: Credentials): Promise<ApiResult<unknown>> {
  return callApi({
    method: 'POST',
    path: '/api/auth/sign-in/email',
    body: { ...credentials, rememberMe: true },
    schema: z.object({ user: z.object({}) }),
  });
}

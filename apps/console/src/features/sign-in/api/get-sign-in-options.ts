import { signInOptionsSchema, type SignInOptions } from '@corral/contracts/http';
import { callApi, type ApiResult } from '../../../lib/api-client';

/** The ways in that this installation has. */
export function getSignInOptions(signal: AbortSignal): Promise<ApiResult<SignInOptions>> {
  return callApi({ path: '/admin/v1/sign-in-options', schema: signInOptionsSchema, signal });
}

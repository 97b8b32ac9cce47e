import { userViewSchema, type AcceptInvitation, type UserView } from '@corral/contracts/http';
import { callApi, type ApiResult } from '../../../lib/api-client';

/**
 * Makes the account. Refused with 404 when the link is unknown, used, revoked or expired (which of
 * them, nobody is told), and with 409 when its address has an account by now.
 */
export function acceptInvitation(body: AcceptInvitation): Promise<ApiResult<UserView>> {
  return callApi({
    method: 'POST',
    path: '/admin/v1/invitations/accept',
    body,
    schema: userViewSchema,
  });
}

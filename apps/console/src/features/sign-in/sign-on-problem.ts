/** Why single sign-on brought somebody back to the sign-in page, by the `?error=` that it added. */

/**
 * - `unreachable`: the provider could not be asked.
 * - `denied`: the provider, or the person there, said no.
 * - `notAllowed`: no account, and none is made for such an address.
 * - `notVerified`: there is an account, but nobody vouches that the address is theirs.
 * - `noEmail`: the provider named no address.
 * - `noSession`: the account or its team is disabled.
 * - `outdated`: it took too long, or was begun in another browser.
 * - `failed`: anything else.
 */
export type SignOnProblem =
  | 'unreachable'
  | 'denied'
  | 'notAllowed'
  | 'notVerified'
  | 'noEmail'
  | 'noSession'
  | 'outdated'
  | 'failed';

/**
 * `provider_unreachable` is the controller's own, `access_denied` the provider's (RFC 6749, 4.1.2.1),
 * the others are better-auth's (its oauth2/errors, oauth2/link-account and state).
 */
const PROBLEMS: ReadonlyMap<string, SignOnProblem> = new Map<string, SignOnProblem>([
  ['provider_unreachable', 'unreachable'],
  ['temporarily_unavailable', 'unreachable'],
  ['access_denied', 'denied'],
  ['signup_disabled', 'notAllowed'],
  ['account_not_linked', 'notVerified'],
  ['email_not_found', 'noEmail'],
  ['unable_to_create_session', 'noSession'],
  ['state_not_found', 'outdated'],
  ['state_mismatch', 'outdated'],
  ['state_invalid', 'outdated'],
  ['invalid_code', 'outdated'],
]);

/**
 * Null without a code. An unknown code is `failed`: what stands in a link is never shown, or the
 * page would say what a stranger wrote.
 */
export function signOnProblemOf(code: string | null): SignOnProblem | null {
  return code === null ? null : (PROBLEMS.get(code) ?? 'failed');
}

/** What a key may do. Pure. */
import { KEY_SCOPES, type KeyScope } from '@corral/contracts/http';

/** Without those that this version does not know: a later one may have written them. */
export function keyScopesOf(stored: readonly string[]): KeyScope[] {
  return KEY_SCOPES.filter((scope) => stored.includes(scope));
}

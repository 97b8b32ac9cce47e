import { InvalidArgumentError } from 'commander';
import { keyScopeSchema, KEY_SCOPES, type KeyScope } from '@corral/contracts/http';

/** `generate,models`: one or more of the scopes there are. Throws InvalidArgumentError. */
export function scopeList(text: string): KeyScope[] {
  const scopes = text.split(',').map((scope) => keyScopeSchema.safeParse(scope.trim()));
  const known = scopes.flatMap((scope) => (scope.success ? [scope.data] : []));
  if (known.length === scopes.length) return [...new Set(known)];
  throw new InvalidArgumentError(`It is a list of ${KEY_SCOPES.join(', ')} with commas.`);
}

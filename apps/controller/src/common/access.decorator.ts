/**
 * Who may call a route. Every route declares it, on itself or on its controller; a route that does
 * not is refused when the application starts. What of the data the caller then sees is decided by
 * the queries (common/principal.ts).
 */
import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import { ROLES, type KeyScope, type Role } from '@corral/contracts/http';

/**
 * - `public`: anybody.
 * - `api_key`: a valid API key, with the scope where one is named. Cookies and the admin token count
 *   for nothing.
 * - `role`: someone signed in with one of the roles, or the admin token, which is an admin's. API
 *   keys count for nothing.
 */
export type Access =
  | { kind: 'public' }
  | { kind: 'api_key'; scope: KeyScope | null }
  | { kind: 'role'; roles: readonly Role[] };

export const ACCESS_METADATA = 'corral:access';

const declare = (access: Access): CustomDecorator => SetMetadata(ACCESS_METADATA, access);

export const Public = (): CustomDecorator => declare({ kind: 'public' });
/** Without a scope: any valid key. */
export const RequiresApiKey = (scope: KeyScope | null = null): CustomDecorator =>
  declare({ kind: 'api_key', scope });
export const RequiresRole = (...roles: Role[]): CustomDecorator => declare({ kind: 'role', roles });
export const RequiresAdmin = (): CustomDecorator => RequiresRole('admin');
/** Whatever the role. */
export const RequiresSignIn = (): CustomDecorator => RequiresRole(...ROLES);

/** As one word per caller, for tables and messages: `public`, `api_key:generate`, `admin,lead`. */
export function accessText(access: Access): string {
  if (access.kind === 'role') return access.roles.join(',');
  if (access.kind === 'public' || access.scope === null) return access.kind;
  return `${access.kind}:${access.scope}`;
}

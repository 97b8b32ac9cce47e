import type { Role } from '@corral/contracts/http';

/** True for the roles to which the controller shows machines and load: admin and viewer. */
export function seesCluster(role: Role): role is 'admin' | 'viewer' {
  return role === 'admin' || role === 'viewer';
}

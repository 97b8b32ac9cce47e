/** A team, for those who may see it and for the audit log. Pure. */
import type { TeamView } from '@corral/contracts/http';
import type { Principal } from '../../common/principal.pure.js';

/** What is read of a stored team. */
export interface TeamRecord {
  id: string;
  name: string;
  createdAt: Date;
  disabledAt: Date | null;
  /** Its people, and its keys that are not revoked. */
  _count: { users: number; keys: number };
}

/** All for an admin, and for a viewer, whose figures are about all of them; else the own team. */
export function teamsOf({ role, teamId }: Principal): { id?: string } {
  return role === 'admin' || role === 'viewer' ? {} : { id: teamId ?? '' };
}

export function teamViewOf({ id, name, createdAt, disabledAt, _count }: TeamRecord): TeamView {
  return {
    id,
    name,
    createdAt: createdAt.toISOString(),
    disabledAt: disabledAt?.toISOString() ?? null,
    users: _count.users,
    keys: _count.keys,
  };
}

export function auditedTeam({ name, disabledAt }: TeamRecord): object {
  return { name, disabledAt };
}

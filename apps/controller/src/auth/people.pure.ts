/** Which people somebody sees, and which of them may be changed. Pure. */
import { ROLES, type Role } from '@corral/contracts/http';
import type { Principal } from '../common/principal.pure.js';

/** A filter on people: all for an admin, the team's for a lead, oneself for everyone else. */
export function peopleOf({ role, teamId, userId }: Principal): { teamId?: string; id?: string } {
  if (role === 'admin') return {};
  if (role === 'lead') return { teamId: teamId ?? '' };
  return { id: userId ?? '' };
}

/**
 * The roles that somebody may give, and whose holders that one may change. A viewer reads the figures
 * of the whole organisation, so a lead makes none.
 */
export function rolesBelow(role: Role): readonly Role[] {
  if (role === 'admin') return ROLES;
  return role === 'lead' ? ['developer'] : [];
}

/** True for an admin, and for a lead with developers of the own team. */
export function mayManage(by: Principal, person: { role: Role; teamId: string }): boolean {
  return by.role === 'admin' || (by.teamId === person.teamId && isBelow(by.role, person.role));
}

function isBelow(role: Role, other: Role): boolean {
  return rolesBelow(role).includes(other);
}

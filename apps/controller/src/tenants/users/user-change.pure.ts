/** What of a person may be changed by whom, and what kind of change it is. Pure. */
import type { Failure } from '@corral/contracts';
import type { Role, UpdateUser } from '@corral/contracts/http';
import { mayManage, rolesBelow } from '../../auth/people.pure.js';
import type { Principal } from '../../common/principal.pure.js';

interface Person {
  email: string;
  role: Role;
  teamId: string;
}

/** Why the change is refused; null: it may be made. */
export function refusalOf(by: Principal, person: Person, change: UpdateUser): Failure | null {
  const { role, teamId } = change;
  if (!mayManage(by, person)) {
    return denied(`Only an admin may change ${person.email}, who is a ${person.role}.`);
  }
  if (role !== undefined && !rolesBelow(by.role).includes(role)) {
    return denied(`Only an admin may make somebody a ${role}.`, 'role');
  }
  if (teamId !== undefined && teamId !== person.teamId && by.role !== 'admin') {
    return denied('Only an admin may move somebody into another team.', 'teamId');
  }
  return null;
}

interface Standing {
  role: string;
  teamId: string;
  disabledAt: Date | null;
}

/** What the audit log calls the change: its gravest part; the entry itself shows all of it. */
export function changeKind(
  before: Standing,
  after: Standing,
): 'disable' | 'enable' | 'move' | 'update' {
  if ((before.disabledAt === null) !== (after.disabledAt === null)) {
    return after.disabledAt === null ? 'enable' : 'disable';
  }
  return before.teamId === after.teamId ? 'update' : 'move';
}

/** True when the person can no longer answer for the invitations that they have sent. */
export function losesStanding(before: Standing, after: Standing): boolean {
  if (before.disabledAt === null && after.disabledAt !== null) return true;
  if (after.role === 'admin') return false;
  return before.role !== after.role || before.teamId !== after.teamId;
}

function denied(message: string, param: string | null = null): Failure {
  return { code: 'permission_denied', message, param };
}

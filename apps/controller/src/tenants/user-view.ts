/** A person, for those who may see them and for the audit log. Pure. */
import { roleSchema, type UserView } from '@corral/contracts/http';
import type { UserRow } from './users.repository.js';

export function userViewOf(row: UserRow): UserView {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: roleSchema.parse(row.role),
    teamId: row.teamId,
    teamName: row.team.name,
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    lastSignInAt: row.sessions[0]?.createdAt.toISOString() ?? null,
  };
}

export function auditedUser({ email, name, role, teamId, disabledAt }: UserRow): object {
  return { email, name, role, teamId, disabledAt };
}

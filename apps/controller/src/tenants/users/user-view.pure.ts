/** A person, for those who may see them and for the audit log. Pure. */
import { roleSchema, type UserView } from '@corral/contracts/http';

/** What is read of a stored person. */
export interface UserRecord {
  id: string;
  email: string;
  name: string;
  role: string;
  teamId: string;
  team: { name: string };
  createdAt: Date;
  disabledAt: Date | null;
  /** The newest session; empty: never signed in. */
  sessions: { createdAt: Date }[];
}

export function userViewOf(row: UserRecord): UserView {
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

export function auditedUser({ email, name, role, teamId, disabledAt }: UserRecord): object {
  return { email, name, role, teamId, disabledAt };
}

/** An invitation, for those who sent it and for the audit log: never its token. Pure. */
import { roleSchema, type InvitationView } from '@corral/contracts/http';

/** What is read of a stored invitation. */
export interface InvitationRecord {
  id: string;
  email: string;
  role: string;
  teamId: string;
  team: { name: string };
  createdAt: Date;
  expiresAt: Date;
  acceptedAt: Date | null;
  revokedAt: Date | null;
}

export function invitationViewOf(row: InvitationRecord, now: Date): InvitationView {
  return {
    id: row.id,
    email: row.email,
    role: roleSchema.parse(row.role),
    teamId: row.teamId,
    teamName: row.team.name,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    state: stateOf(row, now),
  };
}

/** What was done to it comes before what time has done. */
function stateOf(
  {
    acceptedAt,
    revokedAt,
    expiresAt,
  }: Pick<InvitationRecord, 'acceptedAt' | 'revokedAt' | 'expiresAt'>,
  now: Date,
): InvitationView['state'] {
  if (acceptedAt !== null) return 'accepted';
  if (revokedAt !== null) return 'revoked';
  return expiresAt <= now ? 'expired' : 'open';
}

export function auditedInvitation({ email, role, teamId, expiresAt }: InvitationRecord): object {
  return { email, role, teamId, expiresAt };
}

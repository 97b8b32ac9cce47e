/**
 * Who uses the admin API, and which rows that person may see. Every query of the admin API takes
 * its `where` from here, so that a row of somebody else's is not found rather than forbidden.
 */
import type { Role } from '@corral/contracts/http';

export interface Principal {
  /** `admin_token`: the command line of whoever holds the token; an admin without a name. */
  kind: 'user' | 'admin_token' | 'system';
  userId: string | null;
  email: string | null;
  role: Role;
  /** Null with the admin token. */
  teamId: string | null;
  /** The session that was used; null with the admin token. */
  sessionId: string | null;
  requestId: string | null;
  address: string | null;
}

/** Corral itself, for what it changes without being asked (the first admin). */
export const SYSTEM: Principal = {
  kind: 'system',
  userId: null,
  email: null,
  role: 'admin',
  teamId: null,
  sessionId: null,
  requestId: null,
  address: null,
};

/** A filter on the columns of something that belongs to a team, and within it to a person. */
export interface OwnedWhere {
  teamId?: string;
  userId?: string;
}

/** Nobody's id; the empty one is that of service keys in the ledger. */
const NOBODY = 'nobody';

/**
 * Of things that are managed: all for an admin, the team's for a lead, the own for everyone else.
 * A viewer reads figures, and owns nothing but what is the viewer's own.
 */
export function ownedBy({ role, teamId, userId }: Principal): OwnedWhere {
  if (role === 'admin') return {};
  if (role === 'lead') return { teamId: teamId ?? NOBODY };
  return { userId: userId ?? NOBODY };
}

/** Of figures (usage, cost): as {@link ownedBy}, and all for a viewer. */
export function figuresOf(principal: Principal): OwnedWhere {
  return principal.role === 'viewer' ? {} : ownedBy(principal);
}

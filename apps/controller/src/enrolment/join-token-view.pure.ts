/** A join token for admins and the audit log: never its secret. Pure. */
import { labelsSchema } from '@corral/contracts';
import type { JoinTokenView } from '@corral/contracts/http';

/** What is read of a stored join token. */
export interface JoinTokenRecord {
  id: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  labels: unknown;
  usedAt: Date | null;
  usedByNode: string | null;
}

export function joinTokenViewOf(row: JoinTokenRecord, now: Date): JoinTokenView {
  return {
    id: row.id,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    labels: labelsSchema.parse(row.labels),
    state: row.usedAt !== null ? 'used' : row.expiresAt <= now ? 'expired' : 'open',
    usedAt: row.usedAt?.toISOString() ?? null,
    usedBy: row.usedByNode,
  };
}

export function auditedJoinToken({ expiresAt, labels, usedByNode }: JoinTokenRecord): object {
  return { expiresAt, labels, usedBy: usedByNode };
}

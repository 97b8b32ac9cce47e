/** A join token for admins and the audit log: never its secret. Pure. */
import { labelsSchema } from '@corral/contracts';
import type { JoinTokenView } from '@corral/contracts/http';
import type { JoinTokenRow } from './join-tokens.repository.js';

export function joinTokenViewOf(row: JoinTokenRow, now: Date): JoinTokenView {
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

export function auditedJoinToken({ expiresAt, labels, usedByNode }: JoinTokenRow): object {
  return { expiresAt, labels, usedBy: usedByNode };
}

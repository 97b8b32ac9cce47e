/** Who changed what. */
import { z } from 'zod';

export const auditEntrySchema = z.object({
  id: z.string(),
  createdAt: z.iso.datetime(),
  actor: z.object({
    kind: z.enum(['user', 'admin_token', 'system']),
    id: z.string().nullable(),
    /** As it was then. */
    email: z.string().nullable(),
  }),
  /** `team.create`, `key.revoke`, … */
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  /** Null: it was not there before. */
  before: z.unknown(),
  /** Null: it is not there any more. */
  after: z.unknown(),
  requestId: z.string().nullable(),
  address: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  /** The `next` of the page before. */
  before: z.string().max(80).optional(),
  /** `team`, `user`, `key`, … */
  subjectKind: z.string().max(40).optional(),
  subjectId: z.string().max(200).optional(),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

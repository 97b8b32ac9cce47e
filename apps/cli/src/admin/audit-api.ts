import { auditEntrySchema, type AuditEntry, type AuditQuery } from '@corral/contracts/http';
import { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';
import { withQuery } from './path.js';

const auditPageSchema = z.object({ data: z.array(auditEntrySchema), next: z.string().nullable() });

export interface AuditPage {
  /** Newest first. */
  data: AuditEntry[];
  /** The `before` of the next page; null: this is the last. */
  next: string | null;
}

export class AuditApi {
  constructor(private readonly connection: AdminConnection) {}

  page(query: Partial<AuditQuery>): Promise<AuditPage> {
    return this.connection.call('GET', withQuery('/audit', query), auditPageSchema);
  }
}

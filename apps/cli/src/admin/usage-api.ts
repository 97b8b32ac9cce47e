import {
  ledgerCheckSchema,
  usageReportSchema,
  type LedgerCheck,
  type UsageQuery,
  type UsageReport,
} from '@corral/contracts/http';
import { z } from 'zod';
import type { AdminConnection } from './admin-connection.js';
import { withQuery } from './path.js';

/** Reads the whole ledger, which may hold years. */
const REBUILD_TIMEOUT_MS = 30 * 60 * 1000;

const rebuiltSchema = z.object({ rows: z.int() });

/** Which requests, apart from how they are added up. */
export type UsageFilter = Partial<Omit<UsageQuery, 'groupBy' | 'bucket'>>;

export class UsageApi {
  constructor(private readonly connection: AdminConnection) {}

  report(query: Partial<UsageQuery>): Promise<UsageReport> {
    return this.connection.call('GET', withQuery('/usage', query), usageReportSchema);
  }

  /** The ledger's rows, as text in pieces. */
  export(format: 'csv' | 'json', filter: UsageFilter): AsyncIterable<Uint8Array> {
    return this.connection.download(withQuery('/usage/export', { format, ...filter }));
  }

  check(): Promise<LedgerCheck> {
    return this.connection.call('GET', '/usage/check', ledgerCheckSchema);
  }

  /** Gives the count of rows of the new sums. */
  rebuild(): Promise<{ rows: number }> {
    return this.connection.call('POST', '/usage/rebuild', rebuiltSchema, {
      timeoutMs: REBUILD_TIMEOUT_MS,
    });
  }
}

/** Single requests are kept as long as the settings say, their sums for ever. */
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { lock } from '../../infra/advisory-locks.js';
import { PrismaService } from '../../infra/prisma.service.js';

/** Rows deleted in one transaction, so that the ledger's writers do not wait for long. */
const CHUNK = 20_000;

@Injectable()
export class LedgerRetention {
  constructor(
    private readonly prisma: PrismaService,
    private readonly config: Config,
  ) {}

  /**
   * Deletes rows beyond the retention, the oldest first and 20,000 at most: the leader's check calls
   * it every minute. Gives how many went. Hours go as a whole, unless there are more.
   */
  async trim(): Promise<number> {
    const { ledgerDays } = this.config;
    if (ledgerDays === null) return 0;
    return this.prisma.client.$transaction(async (tx) => {
      // Not while sums are rebuilt from these rows.
      await lock(tx, 'ledger');
      return tx.$executeRaw`
        DELETE FROM request_usage WHERE request_id IN (
          SELECT request_id FROM request_usage
          WHERE created_at < date_trunc('hour', now() AT TIME ZONE 'utc')
            - ${ledgerDays} * interval '1 day'
          ORDER BY created_at LIMIT ${CHUNK})`;
    });
  }
}

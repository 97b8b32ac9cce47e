/**
 * Do all sums agree? The hours' sums with the ledger, and what is used of limits with both, over the
 * last two days. What is found is in the metrics, and ledger-rebuild.service.ts mends sums.
 */
import { Injectable } from '@nestjs/common';
import type { LedgerCheck } from '@corral/contracts/http';
import { Config } from '../../config/config.js';
import { Metrics } from '../../infra/metrics.js';
import { Prisma, PrismaService } from '../../infra/prisma.service.js';
import { quotaDifferences, rollupDifferences } from './ledger-differences.js';
import { LedgerWriter } from '../settlement/ledger-writer.service.js';
import { UsageSpool } from '../settlement/usage-spool.service.js';

const LOOK_BACK_HOURS = 48;
/** Differences that are shown; one is as bad as many. */
const MAX_SHOWN = 100;
const CHECK_TIMEOUT_MS = 30_000;

@Injectable()
export class LedgerCheckService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly writer: LedgerWriter,
    private readonly spool: UsageSpool,
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  /** Of the last two days, in one snapshot of the database; it keeps nobody from writing. */
  async check(): Promise<LedgerCheck> {
    const since = this.lookBack();
    const [rows, differences] = await this.prisma.client.$transaction(
      async (tx) => {
        const [count] = await tx.$queryRaw<{ rows: number }[]>`
          SELECT count(*)::int AS rows FROM request_usage WHERE created_at >= ${since}`;
        const rollup = await rollupDifferences(tx, since);
        return [count?.rows ?? 0, [...rollup, ...(await quotaDifferences(tx))]] as const;
      },
      { isolationLevel: 'RepeatableRead', timeout: CHECK_TIMEOUT_MS },
    );
    this.metrics.ledgerDifferences.set(differences.length);
    return {
      checkedAt: new Date().toISOString(),
      ok: differences.length === 0,
      rows,
      differences: differences.slice(0, MAX_SHOWN),
      waiting: ((await this.writer.waiting()) ?? 0) + this.spool.waiting,
    };
  }

  /** The first hour that is compared; retention takes no row of it. */
  private lookBack(): Prisma.Sql {
    const { ledgerDays } = this.config;
    const kept = ledgerDays === null ? Infinity : ledgerDays * 24 - 1;
    const hours = Math.min(LOOK_BACK_HOURS, kept);
    return Prisma.sql`date_trunc('hour', now() AT TIME ZONE 'utc') - ${hours} * interval '1 hour'`;
  }
}

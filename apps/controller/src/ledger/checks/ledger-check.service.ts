/**
 * Do all sums agree? The hours' sums with the ledger, and what is used of limits with both. The
 * leader looks once a minute at the last two days, and anyone may ask; what is found is in the
 * metrics, and ledger-rebuild.service.ts mends sums.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { LedgerCheck } from '@corral/contracts/http';
import { Config } from '../../config/config.js';
import { LeaderService } from '../../infra/leader.service.js';
import { Metrics } from '../../infra/metrics.js';
import { Prisma, PrismaService } from '../../infra/prisma.service.js';
import { quotaDifferences, rollupDifferences } from './ledger-differences.js';
import { LedgerRetention } from './ledger-retention.service.js';
import { LedgerWriter } from '../settlement/ledger-writer.service.js';
import { UsageSpool } from '../settlement/usage-spool.service.js';

const CHECK_INTERVAL_MS = 60_000;
const LOOK_BACK_HOURS = 48;
/** Differences that are shown; one is as bad as many. */
const MAX_SHOWN = 100;
const CHECK_TIMEOUT_MS = 30_000;

@Injectable()
export class LedgerCheckService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LedgerCheckService.name);
  private timer: NodeJS.Timeout | null = null;
  private leading: Promise<void> | null = null;

  constructor(
    private readonly prisma: PrismaService,
    private readonly writer: LedgerWriter,
    private readonly spool: UsageSpool,
    private readonly retention: LedgerRetention,
    private readonly leader: LeaderService,
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void (this.leading ??= this.lead()), CHECK_INTERVAL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.leading;
  }

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

  private async lead(): Promise<void> {
    try {
      if (!this.leader.isLeader()) return;
      const { ok, differences } = await this.check();
      if (!ok) this.logger.error({ message: 'the ledger’s sums differ', differences });
      await this.retention.trim();
    } catch (error) {
      this.logger.warn(`the ledger was not checked: ${String(error)}`);
    } finally {
      this.leading = null;
    }
  }
}

/** The ledger on a real database, and everything that follows from its rows at a glance. */
import { NO_LIMITS } from '@corral/contracts/http';
import { LedgerRepository, type LedgerEntries } from '../ledger/ledger.repository.js';
import type { Config } from '../config/config.js';
import { PrismaService } from '../infra/prisma.service.js';
import { countersOf, type QuotaSubject } from '../quotas/quota-counters.pure.js';

/** More than any spec uses. */
const LIMIT = 1_000_000_000;
const ALL_LIMITS = {
  ...NO_LIMITS,
  requestsPerMinute: LIMIT,
  tokensPerMinute: LIMIT,
  tokensPerDay: LIMIT,
  tokensPerWeek: LIMIT,
  tokensPerMonth: LIMIT,
  microdollarsPerDay: LIMIT,
  microdollarsPerWeek: LIMIT,
  microdollarsPerMonth: LIMIT,
};

export class LedgerDesk {
  readonly prisma: PrismaService;
  readonly ledger: LedgerRepository;

  constructor(config: Config) {
    this.prisma = new PrismaService(config);
    this.ledger = new LedgerRepository(this.prisma);
  }

  /** Gives how many requests were new. */
  write(entries: Partial<LedgerEntries>): Promise<number> {
    return this.ledger.write({ opened: [], settled: [], orphaned: [], ...entries });
  }

  /** Counters of every limit of the subject at that moment, as if somebody had asked for them. */
  async addCounters(subject: QuotaSubject, at: Date): Promise<void> {
    for (const { id, resetsAt } of countersOf(subject, ALL_LIMITS, at)) {
      const expiresAt = new Date((resetsAt as Date).getTime() + 86_400_000);
      await this.prisma.client.$executeRaw`
        INSERT INTO quota_counter VALUES (${id}, quota_used(${id}), ${expiresAt})
        ON CONFLICT DO NOTHING`;
    }
  }

  /** What is used of each counter that was used at all. */
  async used(): Promise<Record<string, number>> {
    const rows = await this.prisma.client.quotaCounter.findMany({ orderBy: { id: 'asc' } });
    return Object.fromEntries(
      rows.flatMap(({ id, used }) => (used === 0n ? [] : [[id, Number(used)]])),
    );
  }

  /** Every table that the ledger writes. */
  async everything(): Promise<object> {
    const { client } = this.prisma;
    return {
      rows: await client.requestUsage.findMany({ orderBy: { requestId: 'asc' } }),
      hours: await this.hours(),
      days: await this.days(),
      used: await this.used(),
      leases: await client.quotaLease.findMany({ orderBy: { counterId: 'asc' } }),
      open: await client.openRequest.findMany(),
      orphaned: await client.orphanedGeneration.findMany(),
    };
  }

  /** All of usage_hour. */
  hours(): Promise<object[]> {
    return this.prisma.client.$queryRaw<object[]>`
      SELECT * FROM usage_hour ORDER BY hour, team_id, user_id, key_id, deployment, node_id`;
  }

  /** All of usage_day. */
  days(): Promise<object[]> {
    return this.prisma.client.$queryRaw<object[]>`
      SELECT * FROM usage_day ORDER BY day, team_id, user_id, key_id, deployment, node_id`;
  }

  async clear(): Promise<void> {
    const { client } = this.prisma;
    await client.$transaction([
      client.requestUsage.deleteMany(),
      client.usageHour.deleteMany(),
      client.usageDay.deleteMany(),
      client.quotaCounter.deleteMany(),
      client.quotaLease.deleteMany(),
      client.openRequest.deleteMany(),
      client.orphanedGeneration.deleteMany(),
      client.controllerPresence.deleteMany(),
    ]);
  }

  async close(): Promise<void> {
    await this.prisma.onApplicationShutdown();
  }
}

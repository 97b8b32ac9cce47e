/**
 * Settles what controllers left behind when they died. Their signs of life are in the database; one
 * that has been silent for 20 s is taken for dead, provided that somebody has led for as long, so
 * that a database that was away blames nobody. By then the workers have said what they had
 * generated for it; where a worker died too, its own last word on how far its streams had come
 * stands (see libs/contracts bus/usage.ts).
 *
 * Its requests are booked as failed, with what was generated for them; then its leases end, and
 * what they held is free again. In that order: nothing is given out twice.
 */
import {
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { SettledRequest } from '@corral/contracts';
import { CostsService } from '../costs/costs.service.js';
import { LeaderService } from '../infra/leader.service.js';
import { Prisma, PrismaService } from '../infra/prisma.service.js';
import { LedgerWriter } from '../ledger/settlement/ledger-writer.service.js';
import { lostSettlement, type LostRow } from './lost-settlement.pure.js';
import type { ReachedStream } from './reached-stream.pure.js';
import { StreamProgressService } from './stream-progress.service.js';

const LOOK_INTERVAL_MS = 5_000;
const SILENT_MS = 20_000;
const SILENT_SINCE = Prisma.sql`now() AT TIME ZONE 'utc' - ${SILENT_MS} * interval '1 millisecond'`;
/** Of one transaction. */
const MAX_REQUESTS = 500;

@Injectable()
export class LostRequests implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LostRequests.name);
  private looking: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly prisma: PrismaService,
    private readonly leader: LeaderService,
    @Inject(LedgerWriter) private readonly ledger: Pick<LedgerWriter, 'book'>,
    private readonly costs: CostsService,
    private readonly progress: StreamProgressService,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.look(), LOOK_INTERVAL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.looking;
  }

  private look(): Promise<void> {
    if (this.leader.ledForMs() < SILENT_MS) return Promise.resolve();
    this.looking ??= this.settleLost()
      .catch((error: unknown) => this.logger.warn(`lost requests wait: ${String(error)}`))
      .finally(() => (this.looking = null));
    return this.looking;
  }

  /**
   * Settles the requests of every controller that is dead now, and ends their leases. Of one that
   * was found dead before, word of more requests may have come later.
   */
  async settleLost(): Promise<void> {
    const dead = await this.prisma.client.$queryRaw<{ controller_id: string }[]>`
      SELECT controller_id FROM controller_presence WHERE seen_at < ${SILENT_SINCE}
      UNION SELECT controller_id FROM open_request o
        WHERE created_at < ${SILENT_SINCE} AND NOT EXISTS (
          SELECT 1 FROM controller_presence p WHERE p.controller_id = o.controller_id)`;
    for (const { controller_id } of dead) await this.settleOf(controller_id);
    await this.forgetLeftovers();
  }

  private async settleOf(controllerId: string): Promise<void> {
    const reached = await this.progress.of(controllerId);
    let settled = 0;
    for (;;) {
      const rows = await this.lostRows(controllerId);
      if (rows.length === 0) break;
      await this.ledger.book({
        opened: [],
        orphaned: [],
        settled: rows.map((row) => this.settled(row, reached)),
      });
      settled += rows.length;
    }
    await this.endLeases(controllerId);
    this.logger.warn(`controller ${controllerId} is gone; ${settled} of its requests were settled`);
  }

  /**
   * Unless it has spoken again meanwhile. Its presence goes first: whoever takes a lease holds on to
   * that, so none comes after its leases are gone.
   */
  private async endLeases(controllerId: string): Promise<void> {
    await this.prisma.client.$transaction(async (tx) => {
      const ended = await tx.$executeRaw`
        DELETE FROM controller_presence WHERE controller_id = ${controllerId} AND seen_at < ${SILENT_SINCE}`;
      if (ended > 0) await tx.quotaLease.deleteMany({ where: { controllerId } });
    });
  }

  private lostRows(controllerId: string): Promise<(LostRow & { request_id: string })[]> {
    return this.prisma.client.$queryRaw`
      SELECT o.request_id, o.opened,
        (extract(epoch FROM now() AT TIME ZONE 'utc' - o.created_at) * 1000)::float8 AS age_ms,
        (SELECT json_agg(g ORDER BY g.generation_id) FROM orphaned_generation g
          WHERE g.request_id = o.request_id) AS generations
      FROM open_request o WHERE o.controller_id = ${controllerId}
      ORDER BY o.request_id LIMIT ${MAX_REQUESTS}`;
  }

  private settled(
    row: LostRow & { request_id: string },
    reached: ReadonlyMap<string, ReachedStream[]>,
  ): SettledRequest {
    const request = lostSettlement(row, reached.get(row.request_id));
    const at = new Date(request.createdAt);
    return { ...request, ...this.costs.price({ ...request, at }), leaseUse: [] };
  }

  /** What came late of requests that had been settled already, and counters of windows long over. */
  private async forgetLeftovers(): Promise<void> {
    const { client } = this.prisma;
    await client.$executeRaw`
      DELETE FROM orphaned_generation WHERE created_at < now() AT TIME ZONE 'utc' - interval '1 hour'`;
    await client.$executeRaw`
      DELETE FROM open_request o USING request_usage r WHERE r.request_id = o.request_id`;
    await client.$executeRaw`
      DELETE FROM quota_lease l USING quota_counter c
      WHERE c.id = l.counter_id AND c.expires_at < now() AT TIME ZONE 'utc'`;
    await client.$executeRaw`
      DELETE FROM quota_counter WHERE expires_at < now() AT TIME ZONE 'utc'`;
    await client.$executeRaw`
      DELETE FROM quota_lease l WHERE NOT EXISTS (
        SELECT 1 FROM controller_presence p WHERE p.controller_id = l.controller_id)`;
  }
}

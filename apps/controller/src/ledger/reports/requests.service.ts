/** Single requests from the ledger: pages of them, and whole ranges as a file. */
import { Injectable } from '@nestjs/common';
import type { RequestQuery, RequestRow, UsageQuery } from '@corral/contracts/http';
import type { OwnedWhere } from '../../common/principal.pure.js';
import { Clock } from '../../infra/clock.js';
import { PrismaService } from '../../infra/prisma.service.js';
import { REQUEST_FILES, type RequestFileFormat } from './request-file.js';
import { usageRange } from '../sums/usage-range.js';

type StoredRow = Awaited<ReturnType<PrismaService['client']['requestUsage']['findMany']>>[number];

/** Rows that are in memory at a time while a file is written. */
const EXPORT_PAGE = 2_000;

@Injectable()
export class RequestsService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly clock: Clock,
  ) {}

  /** Newest first; `before` is the last row's id of the page before (ids sort by time). */
  async page(
    { limit, before }: RequestQuery,
    owned: OwnedWhere,
  ): Promise<{ data: RequestRow[]; next: string | null }> {
    const rows = await this.prisma.client.requestUsage.findMany({
      where: { ...owned, ...(before === undefined ? {} : { requestId: { lt: before } }) },
      orderBy: { requestId: 'desc' },
      take: limit,
    });
    const next = rows.length < limit ? null : (rows.at(-1)?.requestId ?? null);
    return { data: rows.map(requestRowOf), next };
  }

  /**
   * Every row of the range, oldest first, as text in pieces. Throws `invalid_value` at once, before
   * the first piece, for a range that there is not.
   */
  export(query: UsageQuery, owned: OwnedWhere, format: RequestFileFormat): AsyncGenerator<string> {
    const { from, to } = usageRange(query, this.clock.now());
    return REQUEST_FILES[format](this.rows(query, owned, from, to));
  }

  private async *rows(
    { teamId, userId, keyId, deployment, nodeId }: UsageQuery,
    owned: OwnedWhere,
    from: Date,
    to: Date,
  ): AsyncGenerator<RequestRow[]> {
    const asked = { teamId, userId, keyId, deployment, nodeId };
    let last: StoredRow | undefined;
    for (;;) {
      const page: StoredRow[] = await this.prisma.client.requestUsage.findMany({
        where: {
          AND: [
            asked,
            owned,
            { createdAt: { gte: last?.createdAt ?? from, lt: to } },
            last === undefined
              ? {}
              : {
                  OR: [
                    { createdAt: { gt: last.createdAt } },
                    { requestId: { gt: last.requestId } },
                  ],
                },
          ],
        },
        orderBy: [{ createdAt: 'asc' }, { requestId: 'asc' }],
        take: EXPORT_PAGE,
      });
      if (page.length > 0) yield page.map(requestRowOf);
      if (page.length < EXPORT_PAGE) return;
      last = page.at(-1);
    }
  }
}

function requestRowOf(row: StoredRow): RequestRow {
  return {
    requestId: row.requestId,
    createdAt: row.createdAt.toISOString(),
    keyId: row.keyId,
    teamId: row.teamId,
    userId: row.userId === '' ? null : row.userId,
    deployment: row.deployment,
    nodeId: row.nodeId,
    replicaId: row.replicaId,
    status: row.status as RequestRow['status'],
    errorCode: row.errorCode,
    finishReason: row.finishReason,
    attempts: row.attempts,
    promptTokens: row.promptTokens,
    cachedTokens: row.cachedTokens,
    completionTokens: row.completionTokens,
    reasoningTokens: row.reasoningTokens,
    wastedTokens: row.wastedTokens,
    queueMs: row.queueMs,
    ttftMs: row.ttftMs,
    totalMs: row.totalMs,
    deviceMs: row.deviceMs,
    localMicrodollars: Number(row.localMicrodollars),
    energyMicrodollars: Number(row.energyMicrodollars),
    cloudMicrodollars: row.cloudMicrodollars === null ? null : Number(row.cloudMicrodollars),
    routing: row.routing,
  };
}

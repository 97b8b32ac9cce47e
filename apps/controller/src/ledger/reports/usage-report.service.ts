/** Sums of usage for any range, by group and by bucket: one query over the hours' sums. */
import { Injectable } from '@nestjs/common';
import type { UsageGroup, UsageQuery, UsageReport, UsageReportRow } from '@corral/contracts/http';
import type { OwnedWhere } from '../../common/principal.pure.js';
import { addUp } from '../sums/sums.pure.js';
import { Clock } from '../../infra/clock.js';
import { Prisma, PrismaService } from '../../infra/prisma.service.js';
import { SUMMED_FIGURES, usageSumsOf, type SummedRow } from '../sums/usage-sums.js';
import { usageRange } from '../sums/usage-range.js';
import { usageHours, usageRows } from '../sums/usage-rows.js';

const GROUP_COLUMN: Record<Exclude<UsageGroup, 'none'>, string> = {
  team: 'team_id',
  user: 'user_id',
  key: 'key_id',
  deployment: 'deployment',
  node: 'node_id',
};

type ReportRow = SummedRow & { bucket: Date | null; group_id: string | null };

@Injectable()
export class UsageReports {
  constructor(
    private readonly prisma: PrismaService,
    private readonly clock: Clock,
  ) {}

  /**
   * Throws `invalid_value` for a range that there is not.
   *
   * @param owned what the asker may see; narrows whatever the query says
   */
  async report(query: UsageQuery, owned: OwnedWhere): Promise<UsageReport> {
    const range = usageRange(query, this.clock.now());
    const bucket =
      query.bucket === 'none'
        ? Prisma.sql`NULL::timestamp`
        : Prisma.sql`date_trunc(${query.bucket}, hour)`;
    const group =
      query.groupBy === 'none' ? Prisma.sql`NULL::text` : Prisma.raw(GROUP_COLUMN[query.groupBy]);
    const rows = await this.prisma.client.$queryRaw<ReportRow[]>`
      SELECT ${bucket} AS bucket, ${group} AS group_id, ${SUMMED_FIGURES}
      FROM ${query.bucket === 'hour' ? usageHours(range) : usageRows(range)} AS usage
      WHERE ${filterOf(query, owned)}
      GROUP BY 1, 2
      ORDER BY 1 NULLS FIRST, sum(prompt_tokens + completion_tokens) DESC, 2`;
    const names = await this.namesOf(query.groupBy, rows);
    return {
      from: range.from.toISOString(),
      to: range.to.toISOString(),
      data: rows.map((row) => rowOf(row, names)),
      total: addUp(rows.map(usageSumsOf)),
    };
  }

  private async namesOf(
    groupBy: UsageGroup,
    rows: readonly ReportRow[],
  ): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(rows.flatMap(({ group_id }) => group_id ?? []))];
    const { client } = this.prisma;
    const where = { id: { in: ids } };
    if (groupBy === 'team') return named(await client.team.findMany({ where }));
    if (groupBy === 'key') return named(await client.apiKey.findMany({ where }));
    if (groupBy === 'node') return named(await client.node.findMany({ where }));
    if (groupBy !== 'user') return new Map();
    const users = await client.user.findMany({ where });
    return new Map([['', 'service keys'], ...users.map(({ id, email }) => [id, email] as const)]);
  }
}

/** The rows that the query asks for and the asker may see. */
function filterOf(
  query: Pick<UsageQuery, 'teamId' | 'userId' | 'keyId' | 'deployment' | 'nodeId'>,
  owned: OwnedWhere,
): Prisma.Sql {
  const wanted: [column: string, value: string | undefined][] = [
    ['team_id', query.teamId],
    ['user_id', query.userId],
    ['key_id', query.keyId],
    ['deployment', query.deployment],
    ['node_id', query.nodeId],
    ['team_id', owned.teamId],
    ['user_id', owned.userId],
  ];
  const conditions = wanted.flatMap(([column, value]) =>
    value === undefined ? [] : [Prisma.sql`${Prisma.raw(column)} = ${value}`],
  );
  return Prisma.join([Prisma.sql`true`, ...conditions], ' AND ');
}

function named(rows: readonly { id: string; name: string }[]): Map<string, string> {
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function rowOf(row: ReportRow, names: ReadonlyMap<string, string>): UsageReportRow {
  const { bucket, group_id: id } = row;
  return {
    ...usageSumsOf(row),
    bucketStart: bucket?.toISOString() ?? null,
    group: id === null ? null : { id, name: names.get(id) ?? id },
  };
}

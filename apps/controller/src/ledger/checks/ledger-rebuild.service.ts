/**
 * Works the hours' sums out anew from the ledger, a day at a time: each day in a transaction of its
 * own, so that nobody waits for all of them, and a rebuild that is cut off leaves whole days. Then
 * the days' sums from the hours'.
 *
 * Hours whose rows retention has taken, in part or all of them, stay as they are: their sums know
 * more than the ledger does.
 */
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import type { Principal } from '../../common/principal.pure.js';
import { lock } from '../../infra/advisory-locks.js';
import { Prisma, PrismaService, type Transaction } from '../../infra/prisma.service.js';
import { insertDays, insertHours } from '../sums/ledger-sums.js';

const DAY_MS = 86_400_000;
const DAY_TIMEOUT_MS = 60_000;
const DAYS_TIMEOUT_MS = 300_000;

@Injectable()
export class LedgerRebuild {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** Gives the number of sums that were written. */
  async rebuild(by: Principal): Promise<number> {
    const { client } = this.prisma;
    const { first, now } = await border(client);
    let rows = 0;
    for (let from = first.getTime(); from <= now.getTime(); from += DAY_MS) {
      // The last one takes all that is later, whatever brought it there.
      const to = from + DAY_MS > now.getTime() ? null : new Date(from + DAY_MS);
      rows += await client.$transaction((tx) => rebuildDay(tx, new Date(from), to), {
        timeout: DAY_TIMEOUT_MS,
      });
    }
    await client.$transaction((tx) => rebuildDays(tx, first), { timeout: DAYS_TIMEOUT_MS });
    const subject = { subjectKind: 'ledger', subjectId: 'usage_hour' };
    const change = { action: 'usage.rebuild', ...subject, before: null, after: { rows } };
    await client.$transaction((tx) => this.audit.record(tx, by, change));
    return rows;
  }
}

/** From the hour `from` on and before `to`; null: without an end. */
async function rebuildDay(tx: Transaction, from: Date, to: Date | null): Promise<number> {
  await lock(tx, 'ledger');
  const { first } = await border(tx);
  const start = first > from ? first : from;
  const within = (column: string): Prisma.Sql => {
    const time = Prisma.raw(column);
    const end = to === null ? Prisma.sql`true` : Prisma.sql`${time} < ${to}`;
    return Prisma.sql`${time} >= ${start} AND ${end}`;
  };
  await tx.$executeRaw`DELETE FROM usage_hour WHERE ${within('hour')}`;
  return insertHours(tx, within('created_at'));
}

/** The days from that hour's on, from their hours. */
async function rebuildDays(tx: Transaction, first: Date): Promise<void> {
  await lock(tx, 'ledger');
  const from = Prisma.sql`date_trunc('day', ${first}::timestamp)`;
  await tx.$executeRaw`DELETE FROM usage_day WHERE day >= ${from}`;
  await insertDays(tx, Prisma.sql`hour >= ${from}`);
}

/**
 * The first hour of which retention has taken nothing: the ledger's oldest, or the one after it when
 * its sum knows of more requests than there are. The last 23 hours are always kept.
 */
async function border(
  tx: Transaction | PrismaService['client'],
): Promise<{ first: Date; now: Date }> {
  const [row] = await tx.$queryRaw<{ first: Date; now: Date }[]>`
    WITH oldest AS (
      SELECT date_trunc('hour', min(created_at)) AS hour FROM request_usage
    ), known AS (
      SELECT hour, (SELECT count(*) FROM request_usage r
          WHERE r.created_at >= o.hour AND r.created_at < o.hour + interval '1 hour') AS there,
        (SELECT sum(requests) FROM usage_hour h WHERE h.hour = o.hour) AS summed
      FROM oldest o
    )
    SELECT now() AT TIME ZONE 'utc' AS now,
      least(date_trunc('hour', now() AT TIME ZONE 'utc') - interval '23 hours',
        CASE WHEN summed > there THEN hour + interval '1 hour' ELSE hour END) AS first
    FROM known`;
  if (row === undefined) throw new Error('The database gave no answer.');
  return row;
}

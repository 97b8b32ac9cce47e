/**
 * The sums of a range as one table: whole days from usage_day, and the hours at its ends from
 * usage_hour. Its columns are those of usage_hour; a day's row has its first hour.
 */
import { Prisma } from '../../infra/prisma.service.js';
import { USAGE_FIGURES, USAGE_KEYS } from './ledger-sums.js';

const DAY_MS = 86_400_000;
const COLUMNS = Prisma.raw([...USAGE_KEYS, ...USAGE_FIGURES].join(', '));

/** Whole hours; `to` is not included. */
export interface HourRange {
  from: Date;
  to: Date;
}

/** Every hour by itself. */
export function usageHours({ from, to }: HourRange): Prisma.Sql {
  return Prisma.sql`(SELECT hour, ${COLUMNS} FROM usage_hour
    WHERE hour >= ${utc(from)}::timestamp AND hour < ${utc(to)}::timestamp)`;
}

/**
 * As few rows as give the same sums.
 *
 * @param byHour days that are wanted by the hour all the same, as a subquery; null: none
 */
export function usageRows(range: HourRange, byHour: Prisma.Sql | null = null): Prisma.Sql {
  const firstDay = new Date(Math.ceil(range.from.getTime() / DAY_MS) * DAY_MS);
  const lastDay = new Date(Math.floor(range.to.getTime() / DAY_MS) * DAY_MS);
  if (firstDay >= lastDay) return usageHours(range);
  const [first, last] = [firstDay, lastDay].map((day) => Prisma.sql`${utc(day)}::timestamp`);
  const [day, hour] =
    byHour === null
      ? [Prisma.sql`true`, Prisma.sql`false`]
      : [Prisma.sql`day NOT IN (${byHour})`, Prisma.sql`date_trunc('day', hour) IN (${byHour})`];
  return Prisma.sql`(SELECT day AS hour, ${COLUMNS} FROM usage_day
      WHERE day >= ${first} AND day < ${last} AND ${day}
    UNION ALL
    SELECT hour, ${COLUMNS} FROM usage_hour
      WHERE hour >= ${utc(range.from)}::timestamp AND hour < ${utc(range.to)}::timestamp
        AND (hour < ${first} OR hour >= ${last} OR ${hour}))`;
}

/** Without the zone, which PostgreSQL would ignore for a `timestamp`, or take for the session's. */
function utc(at: Date): string {
  return at.toISOString().slice(0, -1);
}

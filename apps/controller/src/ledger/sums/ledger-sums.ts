/** What follows from rows of the ledger: sums by hour and by day, and what is used of limits. */
import { Prisma, type Transaction } from '../../infra/prisma.service.js';

/** A row's figures in the tables of sums, as they are summed. */
const FIGURES = [
  ['requests', 'count(*)'],
  ['failed', `count(*) FILTER (WHERE status = 'failed')`],
  ['cancelled', `count(*) FILTER (WHERE status = 'cancelled')`],
  ['prompt_tokens', 'sum(prompt_tokens)'],
  ['cached_tokens', 'sum(cached_tokens)'],
  ['completion_tokens', 'sum(completion_tokens)'],
  ['reasoning_tokens', 'sum(reasoning_tokens)'],
  ['wasted_tokens', 'sum(wasted_tokens)'],
  ['device_ms', 'sum(device_ms)'],
  ['millijoules', 'sum(coalesce(millijoules, 0))'],
  ['local_microdollars', 'sum(local_microdollars)'],
  ['energy_microdollars', 'sum(energy_microdollars)'],
  ['cloud_microdollars', 'sum(coalesce(cloud_microdollars, 0))'],
  ['compared_requests', 'count(cloud_microdollars)'],
  [
    'compared_microdollars',
    'coalesce(sum(local_microdollars) FILTER (WHERE cloud_microdollars IS NOT NULL), 0)',
  ],
] as const;

/** The tables of sums, by the unit of time in their first column. */
const TABLES = { hour: 'usage_hour', day: 'usage_day' } as const;
export type SumUnit = keyof typeof TABLES;
const UNITS: readonly SumUnit[] = ['hour', 'day'];

/** What else a row of sums is about, with an expression over the ledger's columns each. */
const KEYS = [
  ['team_id', 'team_id'],
  ['user_id', 'user_id'],
  ['key_id', 'key_id'],
  ['deployment', 'deployment'],
  ['node_id', `coalesce(node_id, '')`],
] as const;

/** The names of the summed columns. */
export const USAGE_FIGURES: readonly string[] = FIGURES.map(([name]) => name);
/** The names of the columns that say what a row of sums is about, beside its time. */
export const USAGE_KEYS: readonly string[] = KEYS.map(([name]) => name);

const ADDED = Prisma.raw(
  FIGURES.map(([name]) => `${name} = h.${name} + EXCLUDED.${name}`).join(', '),
);

/** The table of sums by that unit. */
export const tableOf = (unit: SumUnit): Prisma.Sql => Prisma.raw(TABLES[unit]);

const keyNames = (unit: SumUnit): Prisma.Sql => Prisma.raw([unit, ...USAGE_KEYS].join(', '));
const columnsOf = (unit: SumUnit): Prisma.Sql =>
  Prisma.raw([unit, ...USAGE_KEYS, ...USAGE_FIGURES].join(', '));

/** A SELECT of rows of sums, columns by name, from the rows of the ledger that fit. */
export function sumsOfLedger(unit: SumUnit, where: Prisma.Sql, sign: 1 | -1 = 1): Prisma.Sql {
  const keys = KEYS.map(([name, value]) => `${value} AS ${name}`);
  const sums = FIGURES.map(([name, sum]) => `(${sign} * (${sum}))::bigint AS ${name}`);
  const time = `date_trunc('${unit}', created_at) AS ${unit}`;
  return Prisma.sql`SELECT ${Prisma.raw([time, ...keys, ...sums].join(', '))}
    FROM request_usage WHERE ${where} GROUP BY 1, 2, 3, 4, 5, 6`;
}

/** A SELECT of days' sums, columns by name, from the hours' that fit. */
function daysOfHours(where: Prisma.Sql): Prisma.Sql {
  const sums = USAGE_FIGURES.map((name) => `sum(${name})::bigint AS ${name}`);
  return Prisma.sql`SELECT date_trunc('day', hour) AS day,
      ${Prisma.raw([...USAGE_KEYS, ...sums].join(', '))}
    FROM usage_hour WHERE ${where} GROUP BY 1, 2, 3, 4, 5, 6`;
}

/** Writes hours that are not there. */
export function insertHours(tx: Transaction, where: Prisma.Sql): Promise<number> {
  return tx.$executeRaw`INSERT INTO usage_hour (${columnsOf('hour')}) ${sumsOfLedger('hour', where)}`;
}

/** Writes days that are not there, from their hours. */
export function insertDays(tx: Transaction, where: Prisma.Sql): Promise<number> {
  return tx.$executeRaw`INSERT INTO usage_day (${columnsOf('day')}) ${daysOfHours(where)}`;
}

/** Adds the rows to their hours and days. */
export async function rollUp(tx: Transaction, ids: readonly string[]): Promise<void> {
  for (const unit of UNITS) await add(tx, unit, ids, 1);
}

/** Takes the rows out of them; where nothing is left there is no row, as in a new sum. */
export async function takeOut(tx: Transaction, ids: readonly string[]): Promise<void> {
  for (const unit of UNITS) {
    await add(tx, unit, ids, -1);
    const values = Prisma.raw(
      [`date_trunc('${unit}', created_at)`, ...KEYS.map(([, value]) => value)].join(', '),
    );
    await tx.$executeRaw`
      DELETE FROM ${tableOf(unit)} WHERE requests = 0 AND (${keyNames(unit)}) IN (
        SELECT ${values} FROM request_usage WHERE request_id = ANY(${[...ids]}))`;
  }
}

async function add(
  tx: Transaction,
  unit: SumUnit,
  ids: readonly string[],
  sign: 1 | -1,
): Promise<void> {
  const rows = sumsOfLedger(unit, Prisma.sql`request_id = ANY(${[...ids]})`, sign);
  await tx.$executeRaw`
    INSERT INTO ${tableOf(unit)} AS h (${columnsOf(unit)}) ${rows}
    ON CONFLICT (${keyNames(unit)}) DO UPDATE SET ${ADDED}`;
}

/**
 * Counts the rows on every counter that there is for them: of organisation, team, person and key,
 * for each window that their time of admission falls into. A counter that is not there has no limit
 * that anybody asked about, and will begin with what the ledger says. The ids are those of
 * quotas/quota-counters.ts.
 */
export async function chargeCounters(
  tx: Transaction,
  ids: readonly string[],
  sign: 1 | -1,
): Promise<void> {
  await tx.$executeRaw`
    WITH charge AS (
      SELECT s.subject || m.rest AS id, ${sign} * sum(m.amount) AS amount
      FROM request_usage r
      CROSS JOIN LATERAL (VALUES ('organisation/organisation/'), ('team/' || r.team_id || '/'),
        ('user/' || r.user_id || '/'), ('key/' || r.key_id || '/')) s (subject)
      CROSS JOIN LATERAL (SELECT to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI') AS minute,
        to_char(r.created_at, 'YYYY-MM-DD') AS day,
        to_char(date_trunc('week', r.created_at), 'YYYY-MM-DD') AS week,
        to_char(r.created_at, 'YYYY-MM-01') AS month,
        r.prompt_tokens + r.completion_tokens AS tokens, r.local_microdollars AS money) w
      CROSS JOIN LATERAL (VALUES ('requests/minute/' || w.minute, 1::bigint),
        ('tokens/minute/' || w.minute, w.tokens), ('tokens/day/' || w.day, w.tokens),
        ('tokens/week/' || w.week, w.tokens), ('tokens/month/' || w.month, w.tokens),
        ('microdollars/day/' || w.day, w.money), ('microdollars/week/' || w.week, w.money),
        ('microdollars/month/' || w.month, w.money)) m (rest, amount)
      WHERE r.request_id = ANY(${[...ids]})
      GROUP BY 1
    ), locked AS (
      SELECT c.id FROM quota_counter c JOIN charge USING (id) ORDER BY c.id FOR UPDATE OF c
    )
    UPDATE quota_counter c SET used = c.used + charge.amount FROM charge, locked
    WHERE c.id = charge.id AND c.id = locked.id`;
}

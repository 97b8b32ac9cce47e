/**
 * Where the ledger's sums differ from it. Read it in one snapshot (repeatable read): the ledger's
 * writers change rows, sums and counters in one transaction, so every snapshot has them agree.
 */
import type { LedgerDifference } from '@corral/contracts/http';
import { Prisma, type Transaction } from '../../infra/prisma.service.js';
import {
  sumsOfLedger,
  tableOf,
  USAGE_FIGURES,
  USAGE_KEYS,
  type SumUnit,
} from '../sums/ledger-sums.js';

type SumsRow = Record<string, unknown>;

/** The ledger beside the hours since that one, and the whole days: each row and figure. */
export async function rollupDifferences(
  tx: Transaction,
  since: Prisma.Sql,
): Promise<LedgerDifference[]> {
  // The first midnight from there on: of the day before, retention may have taken a part.
  const midnight = Prisma.sql`date_trunc('day', ${since} - interval '1 second') + interval '1 day'`;
  return [...(await differences(tx, 'hour', since)), ...(await differences(tx, 'day', midnight))];
}

async function differences(
  tx: Transaction,
  unit: SumUnit,
  since: Prisma.Sql,
): Promise<LedgerDifference[]> {
  const keys = Prisma.raw([unit, ...USAGE_KEYS].join(', '));
  const figures = USAGE_FIGURES.map(
    (name) => `coalesce(l.${name}, 0) AS ledger_${name}, coalesce(h.${name}, 0) AS other_${name}`,
  ).join(', ');
  const differ = USAGE_FIGURES.map(
    (name) => `coalesce(l.${name}, 0) <> coalesce(h.${name}, 0)`,
  ).join(' OR ');
  const rows = await tx.$queryRaw<SumsRow[]>`
    SELECT ${keys}, ${Prisma.raw(figures)}
    FROM (${sumsOfLedger(unit, Prisma.sql`created_at >= ${since}`)}) l
    FULL JOIN (SELECT * FROM ${tableOf(unit)} WHERE ${Prisma.raw(unit)} >= ${since}) h USING (${keys})
    WHERE ${Prisma.raw(differ)}
    ORDER BY ${keys}`;
  return rows.flatMap((row) => differencesOf(unit, row));
}

function differencesOf(unit: SumUnit, row: SumsRow): LedgerDifference[] {
  const starts = (row[unit] as Date).toISOString();
  const parts = USAGE_KEYS.map((name) => `${name}=${String(row[name])}`);
  const where = [unit === 'hour' ? starts : starts.slice(0, 10), ...parts].join(' ');
  return USAGE_FIGURES.flatMap((field) => {
    const [ledger, other] = [Number(row[`ledger_${field}`]), Number(row[`other_${field}`])];
    return ledger === other ? [] : [{ what: 'rollup' as const, where, field, ledger, other }];
  });
}

/**
 * What is used of limits beside the ledger, in windows that are not over, or not for long. Minutes
 * are compared with the rows, longer windows with usage_hour, which is compared with the rows.
 */
export async function quotaDifferences(tx: Transaction): Promise<LedgerDifference[]> {
  const rows = await tx.$queryRaw<{ id: string; used: bigint; ledger: bigint }[]>`
    WITH part AS (
      SELECT id, used, string_to_array(id, '/') AS part FROM quota_counter
      WHERE expires_at > now() AT TIME ZONE 'utc'
    ), counter AS (
      SELECT id, used, part[1] AS kind, part[2] AS subject, part[3] AS metric, part[4] AS span,
        part[5]::timestamp AS starts, part[5]::timestamp + ('1 ' || part[4])::interval AS ends
      FROM part
    ), present AS (
      SELECT * FROM counter WHERE ends > now() AT TIME ZONE 'utc' - interval '10 minutes'
    ), spans AS (
      SELECT DISTINCT span, starts, ends FROM present
    ), uses AS (
      SELECT s.span, s.starts, r.team_id, r.user_id, r.key_id, 1::bigint AS requests,
        (r.prompt_tokens + r.completion_tokens)::bigint AS tokens, 0::bigint AS microdollars
      FROM spans s JOIN request_usage r ON r.created_at >= s.starts AND r.created_at < s.ends
      WHERE s.span = 'minute'
      UNION ALL
      SELECT s.span, s.starts, h.team_id, h.user_id, h.key_id, h.requests,
        h.prompt_tokens + h.completion_tokens, h.local_microdollars
      FROM spans s JOIN usage_hour h ON h.hour >= s.starts AND h.hour < s.ends
      WHERE s.span <> 'minute'
    ), sums AS (
      SELECT u.span, u.starts, k.kind, k.subject, sum(u.requests) AS requests,
        sum(u.tokens) AS tokens, sum(u.microdollars) AS microdollars
      FROM uses u CROSS JOIN LATERAL (VALUES ('organisation', 'organisation'),
        ('team', u.team_id), ('user', u.user_id), ('key', u.key_id)) k (kind, subject)
      GROUP BY 1, 2, 3, 4
    ), compared AS (
      SELECT p.id, p.used, coalesce(CASE p.metric WHEN 'requests' THEN s.requests
        WHEN 'tokens' THEN s.tokens ELSE s.microdollars END, 0)::bigint AS ledger
      FROM present p LEFT JOIN sums s USING (span, starts, kind, subject)
    )
    SELECT * FROM compared WHERE used <> ledger ORDER BY id`;
  return rows.map(({ id, used, ledger }) => ({
    what: 'quota' as const,
    where: id,
    field: 'used',
    ledger: Number(ledger),
    other: Number(used),
  }));
}

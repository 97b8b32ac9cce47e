/**
 * A month of a million requests: how long usage and cost queries take from the hours' sums, for any
 * team and range, and whether the sums can be worked out anew to the token and microdollar.
 *
 *   node bench/ledger.mjs [--requests 1000000] [--teams 20] [--limit-ms 200]
 *
 * Rows are synthetic: written straight into the ledger's table, spread over 30 days, 10 people a
 * team, two keys each, six deployments on four nodes. Build first. Exits with 1 when a query takes
 * longer than the limit, or sums differ.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startCorral } from './corral.mjs';
import { quantile } from './load.mjs';
import { machineLine } from './machine.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    teams: { type: 'string', default: '20' },
    'limit-ms': { type: 'string', default: '200' },
  },
});
const requests = Number(values.requests);
const teams = Number(values.teams);
const limitMs = Number(values['limit-ms']);
const REPEATS = 9;
const DAY_MS = 86_400_000;

const LEDGER_SUMS = `SELECT count(*)::text AS requests,
  sum(prompt_tokens + completion_tokens)::text AS tokens,
  sum(local_microdollars)::text AS microdollars FROM request_usage`;
const HOUR_SUMS = `SELECT sum(requests)::text AS requests,
  sum(prompt_tokens + completion_tokens)::text AS tokens,
  sum(local_microdollars)::text AS microdollars FROM usage_hour`;

console.log(machineLine());
const corral = await startCorral({ port: 17_331 });
const database = await connect();
let failed = false;
try {
  await timed(`writing ${requests.toLocaleString('en-US')} rows`, fill);
  await timed('working out the sums', () => corral.admin('/usage/rebuild', {}));
  await database.query('VACUUM ANALYZE');
  const hours = await count('usage_hour');
  console.log(
    `${(await count('request_usage')).toLocaleString('en-US')} requests, ${hours.toLocaleString('en-US')} rows of sums\n`,
  );
  await queries();
  await reproducible();
} finally {
  await database.end();
  await corral.stop();
}
process.exitCode = failed ? 1 : 0;

async function queries() {
  const now = Date.now();
  const iso = (ms) => new Date(ms).toISOString();
  const month = `from=${iso(now - 30 * DAY_MS)}&to=${iso(now)}`;
  const week = `from=${iso(now - 17 * DAY_MS)}&to=${iso(now - 10 * DAY_MS)}`;
  const hours = `from=${iso(now - 5 * DAY_MS)}&to=${iso(now - 5 * DAY_MS + 7_200_000)}`;
  const asked = {
    'everything, a month, by team': `/usage?${month}&groupBy=team`,
    'everything, a month, by key': `/usage?${month}&groupBy=key`,
    'everything, a month, by deployment and day': `/usage?${month}&groupBy=deployment&bucket=day`,
    'everything, a month, by hour': `/usage?${month}&bucket=hour`,
    'one team, a month, by person': `/usage?${month}&groupBy=user&teamId=team-3`,
    'one team, a month, by day': `/usage?${month}&bucket=day&teamId=team-3`,
    'one team, an odd week, by key': `/usage?${week}&groupBy=key&teamId=team-7`,
    'one team, two hours': `/usage?${hours}&teamId=team-11`,
    'costs, a month': `/costs?${month}`,
    'costs of one team, a month': `/costs?${month}&teamId=team-3`,
    'what if, a month': `/costs/what-if?${month}&provider=openai&model=gpt-4o-mini`,
  };
  for (const [name, path] of Object.entries(asked)) {
    const ms = [];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      const startedAt = performance.now();
      await corral.admin(path);
      ms.push(performance.now() - startedAt);
    }
    ms.sort((a, b) => a - b);
    const slow = quantile(ms, 0.5) > limitMs;
    failed ||= slow;
    console.log(
      `${name.padEnd(46)} median ${quantile(ms, 0.5).toFixed(0).padStart(4)} ms  worst ${ms.at(-1).toFixed(0).padStart(4)} ms  ${(quantile(ms, 0.5) / limitMs).toFixed(2)} of ${limitMs} ms${slow ? '  TOO SLOW' : ''}`,
    );
  }
}

/** The same sums again, and the same again from sums that were spoiled. */
async function reproducible() {
  const before = await fingerprint();
  await database.query('UPDATE usage_hour SET prompt_tokens = prompt_tokens + 1');
  await timed('\nworking out the sums again', () => corral.admin('/usage/rebuild', {}));
  const after = await fingerprint();
  const [{ rows }] = [await database.query(LEDGER_SUMS)];
  const [{ rows: sums }] = [await database.query(HOUR_SUMS)];
  const same = before === after && JSON.stringify(rows) === JSON.stringify(sums);
  failed ||= !same;
  console.log(
    `sums ${same ? 'are the same, to the token and microdollar' : 'DIFFER'}: ${JSON.stringify(sums[0])}`,
  );
}

async function fingerprint() {
  const { rows } = await database.query(
    `SELECT md5(string_agg(h::text, '|' ORDER BY hour, team_id, user_id, key_id, deployment, node_id)) AS md5
     FROM usage_hour h`,
  );
  return rows[0].md5;
}

async function fill() {
  await database.query(`INSERT INTO team (id, name) SELECT 'team-' || n, 'Team ' || n
    FROM generate_series(1, ${teams}) n`);
  // Pseudo-random by position, so that every run writes the same rows.
  await database.query(`
    INSERT INTO request_usage (request_id, created_at, controller_id, key_id, team_id, user_id,
      deployment, revision_id, model_digest, node_id, replica_id, status, attempts, prompt_tokens,
      cached_tokens, completion_tokens, reasoning_tokens, wasted_tokens, queue_ms, prefill_ms,
      decode_ms, ttft_ms, total_ms, device_ms, local_microdollars, energy_microdollars,
      cloud_microdollars, cloud_price_id)
    SELECT 'req_' || lpad(to_hex(n), 32, '0'),
      date_trunc('hour', now() AT TIME ZONE 'utc') - (n::float8 / ${requests}) * interval '30 days',
      'c-bench', 'key-' || (1 + a % ${teams * 20}), 'team-' || (1 + (a % ${teams * 20}) / 20),
      'user-' || (1 + (a % ${teams * 20}) / 2), 'model-' || b % 6, 'r', repeat('ab', 32),
      'node-' || (b % 6) % 4, 'p',
      CASE WHEN c % 50 = 0 THEN 'failed' WHEN c % 40 = 0 THEN 'cancelled' ELSE 'completed' END,
      1, 50 + b % 4000, (50 + b % 4000) / 3, 1 + c % 800, 0, 0, 0, 20, 900, 25, 950, 10 + c % 900,
      1 + c % 300, (1 + c % 300) / 2, 2 + b % 900, 'p'
    FROM generate_series(1::bigint, ${requests}) n,
    LATERAL (SELECT (n * 2654435761) % 1000003 AS a, (n * 40503) % 65537 AS b,
      (n * 69069 + 1) % 99991 AS c) h`);
}

async function count(table) {
  const { rows } = await database.query(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0].n;
}

async function timed(what, work) {
  const startedAt = performance.now();
  await work();
  console.log(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function connect() {
  const password = (
    await readFile(join(corral.home, 'secrets', 'database-password'), 'utf8')
  ).trim();
  const ports = JSON.parse(await readFile(join(corral.home, 'run', 'ports.json'), 'utf8'));
  const client = new pg.Client({
    connectionString: `postgresql://corral:${password}@127.0.0.1:${ports.postgres}/corral`,
  });
  await client.connect();
  return client;
}

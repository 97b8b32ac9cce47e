/**
 * What accounts add: the whole way through Corral with every kind of limit on every level, prices
 * and the ledger, beside a controller of the same build that leaves limits and ledger out, on the
 * same servers, worker and engine (one that answers at once), in one run.
 *
 *   node bench/accounts.mjs [--requests 2000] [--rounds 5]
 *
 * The two take turns. On Linux both controllers are bound to the first core, and everything else to
 * the others. Build first.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fakeEngineEntry, fakeTemplate, TINY, writeGguf } from '@corral/testing';
import { startCorral } from './corral.mjs';
import { quantile, runLoad } from './load.mjs';
import { machineLine } from './machine.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
  },
});
const requests = Number(values.requests);
const rounds = Number(values.rounds);
const PORT = 17_321;
const PLAIN_PORT = 17_322;
const CONTROLLER = resolve(import.meta.dirname, '../apps/controller/dist/main.js');

const body = JSON.stringify({
  model: 'instant',
  max_tokens: 8,
  messages: [{ role: 'user', content: 'Say something short.' }],
});

/** Far away, so that nothing is refused and everything is counted. */
const LIMITS = {
  requestsPerMinute: 10_000_000,
  tokensPerMinute: 1_000_000_000,
  concurrentRequests: 10_000,
  tokensPerDay: 1_000_000_000_000,
  microdollarsPerMonth: 1_000_000_000_000,
};

console.log(machineLine());
const model = join(tmpdir(), 'corral-bench-tiny.gguf');
await writeGguf(model, { shape: TINY });
const corral = await startCorral({ port: PORT, env: { CORRAL_ENGINE_ENTRY: fakeEngineEntry() } });
let plain = null;
try {
  await corral.deploy(model, {
    name: 'instant',
    spec: { slots: 64, contextTokens: 512, chatTemplate: fakeTemplate({ tokensPerSecond: 0 }) },
  });
  await limitEverybody();
  plain = await startPlain();
  const { controller, ...others } = await corral.pids();
  for (const pid of [controller, plain.pid]) bind(pid, 'first');
  for (const pid of [process.pid, ...Object.values(others)]) bind(pid, 'others');
  for (const connections of [1, 16]) await compare(connections);
  const check = await corral.admin('/usage/check');
  console.log(
    `\nledger afterwards: ${check.rows} requests, ${check.differences.length} differences`,
  );
} finally {
  plain?.kill('SIGTERM');
  await corral.stop();
}

async function compare(connections) {
  const sides = { on: corral.url, off: `http://127.0.0.1:${PLAIN_PORT}` };
  const measured = { on: [], off: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [side, url] of Object.entries(sides)) {
      const result = await runLoad({
        url: `${url}/v1/chat/completions`,
        headers: { authorization: `Bearer ${corral.apiKey}` },
        body,
        connections,
        requests,
        warmUp: round === 0 ? 1_000 : 100,
      });
      if (result.failed > 0) throw new Error(`${side}: ${result.failed} failed`);
      measured[side].push(result);
    }
  }
  const median = (side, pick) =>
    quantile(
      measured[side].map(pick).sort((a, b) => a - b),
      0.5,
    );
  const p50 = (side) => median(side, ({ p50Ms }) => p50Ms);
  const perSecond = (side) => median(side, (one) => one.perSecond);
  console.log(
    `\n${connections} connection${connections === 1 ? '' : 's'}, medians of ${rounds} rounds of ${requests}`,
  );
  for (const side of ['on', 'off']) {
    console.log(
      `  accounts ${side.padEnd(3)}  p50 ${p50(side).toFixed(2)} ms   p99 ${median(side, ({ p99Ms }) => p99Ms).toFixed(2)} ms   ${perSecond(side).toFixed(0)} requests/s`,
    );
  }
  console.log(
    `  added p50 ${(p50('on') - p50('off')).toFixed(2)} ms, ratio ${(p50('on') / p50('off')).toFixed(2)}; requests per second ${(perSecond('on') / perSecond('off')).toFixed(2)}`,
  );
}

/** Limits on organisation, team, person and key, and a price for the node. */
async function limitEverybody() {
  const { data: keys } = await corral.admin('/keys');
  const [key] = keys;
  const subjects = [
    ['organisation', 'organisation'],
    ['team', key.teamId],
    ['user', key.userId],
    ['key', key.id],
  ];
  for (const [kind, id] of subjects) await corral.admin(`/quotas/${kind}/${id}`, LIMITS, 'PATCH');
  const { nodes } = await corral.admin('/overview');
  const price = {
    hardware: {
      kind: 'bought',
      microdollars: 2_400_000_000,
      lifeMonths: 36,
      purchasedAt: '2026-01-01T00:00:00Z',
    },
    loadWatts: 300,
    idleWatts: 60,
    microdollarsPerKwh: 300_000,
  };
  for (const { id } of nodes) await corral.admin(`/costs/nodes/${id}`, price, 'PUT');
}

/** A second controller on the same servers, without limits and ledger. */
async function startPlain() {
  const secret = async (name) =>
    (await readFile(join(corral.home, 'secrets', name), 'utf8')).trim();
  const ports = JSON.parse(await readFile(join(corral.home, 'run', 'ports.json'), 'utf8'));
  const child = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'without-accounts.mjs'), CONTROLLER],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        CORRAL_PORT: String(PLAIN_PORT),
        CORRAL_SPOOL_DIR: join(corral.home, 'plain-spool'),
        CORRAL_AUTH_SECRET: await secret('auth-secret'),
        DATABASE_URL: `postgresql://corral:${await secret('database-password')}@127.0.0.1:${ports.postgres}/corral`,
        NATS_URL: `nats://127.0.0.1:${ports.nats}`,
        NATS_AUTHORITY_FILE: join(corral.home, 'secrets', 'nats-authority.json'),
      },
    },
  );
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${PLAIN_PORT}/health/ready`).catch(() => null);
    if (answer?.ok) return child;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  child.kill();
  await once(child, 'exit');
  throw new Error('the plain controller did not start');
}

/** Binds a process and its threads to the first core, or to all but the first; Linux only. */
function bind(pid, where) {
  if (process.platform !== 'linux') return;
  const cores = where === 'first' ? '0' : '1-1023';
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)], {
    stdio: 'ignore',
  });
}

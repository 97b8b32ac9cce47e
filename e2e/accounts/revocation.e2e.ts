/**
 * A key is revoked while it is in use on two controllers: nobody gets in with it a second later, and
 * what runs with it ends within five, told why, and charged for what was generated.
 */
import { until } from '@corral/testing';
import { Cluster } from '../support/cluster.js';
import { disagreements, ledgerOf, settled } from '../support/ledger.js';
import { Load } from '../support/load.js';
import { ask, isComplete, type Question, type Seen } from '../support/load-client.js';
import { chosenSeed, seeded } from '../support/seeded.js';

const ROUNDS = 3;
const CLIENTS = 16;
const OPEN_STREAMS = 16;
const REFUSED_WITHIN_MS = 1_000;
const CUT_WITHIN_MS = 5_000;

const seed = chosenSeed();
const chance = seeded(seed);
let cluster: Cluster;

beforeAll(async () => {
  console.info(`revocation: seed ${seed}`);
  cluster = await Cluster.start({ controllers: 2, workers: 1 });
  await cluster.deploy({ name: 'brisk', slots: 64, fake: { tokensPerSecond: 200 } });
  await cluster.deploy({ name: 'endless', slots: 64, fake: { tokensPerSecond: 20 } });
}, 180_000);
afterAll(() => cluster.stop());

function question(client: number, apiKey: string, model: string, maxTokens: number): Question {
  const url = cluster.urls[client % cluster.urls.length] ?? '';
  return { url, apiKey, model, promptTokens: 20, maxTokens, seed: chance.between(1, 1_000_000) };
}

const isRefused = ({ status }: Seen): boolean => status === 401;

it('a revoked key is refused everywhere within a second, and its streams end within five', async () => {
  const times: Record<'lastSuccessMs' | 'lastCutMs', number[]> = {
    lastSuccessMs: [],
    lastCutMs: [],
  };
  const keyIds: string[] = [];
  const all: Seen[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id, apiKey } = await cluster.createKey({ name: `revoked ${round}` });
    keyIds.push(id);
    const load = new Load(CLIENTS, (client) => question(client, apiKey, 'brisk', 10));
    const streams = Array.from({ length: OPEN_STREAMS }, (_, client) =>
      ask(question(client, apiKey, 'endless', 2_000)),
    );
    await until('all streams to be open', () => streams.every(({ seen }) => seen.tokens > 3));
    await until('answers to all clients', () => load.all.filter(isComplete).length > 5 * CLIENTS);

    await cluster.adminJson(`/keys/${id}`, { method: 'DELETE' });
    const revokedAtMs = performance.now();
    const cut = await Promise.all(streams.map(({ ended }) => ended));
    await until('everybody to be refused', () => {
      const latest = load.all.slice(-3 * CLIENTS);
      return load.all.length > 3 * CLIENTS && latest.every(isRefused);
    });
    const sent = await load.stop();

    const late = sent.filter((seen) => seen.sentAtMs > revokedAtMs && !isRefused(seen));
    times.lastSuccessMs.push(sinceMs(revokedAtMs, late, 'headersAtMs'));
    times.lastCutMs.push(sinceMs(revokedAtMs, cut, 'endedAtMs'));
    for (const { error, done, tokens } of cut) {
      expect([error?.code, done]).toEqual(['invalid_api_key', false]);
      expect(error?.message).toContain('revoked');
      expect(tokens).toBeGreaterThan(3);
    }
    all.push(...sent, ...cut);
  }
  console.info(
    `revocation: of ${ROUNDS} rounds, last success ${times.lastSuccessMs.join(', ')} ms and last cut ${times.lastCutMs.join(', ')} ms after the answer`,
  );
  expect(Math.max(...times.lastSuccessMs)).toBeLessThanOrEqual(REFUSED_WITHIN_MS);
  expect(Math.max(...times.lastCutMs)).toBeLessThanOrEqual(CUT_WITHIN_MS);

  const check = await settled(cluster, 60_000);
  const rows = await ledgerOf(cluster, keyIds);
  expect(disagreements(all, rows)).toEqual([]);
  expect(check.differences).toEqual([]);
  const codes = [...rows.values()].filter(({ status }) => status === 'failed');
  expect(codes.length).toBeGreaterThanOrEqual(ROUNDS * OPEN_STREAMS);
  expect(new Set(codes.map(({ errorCode }) => errorCode))).toEqual(new Set(['invalid_api_key']));
}, 180_000);

/** Of the last of them, in whole milliseconds; 0 when there is none. */
function sinceMs(fromMs: number, seen: readonly Seen[], at: 'headersAtMs' | 'endedAtMs'): number {
  return Math.round(Math.max(0, ...seen.map((one) => (one[at] ?? 0) - fromMs)));
}

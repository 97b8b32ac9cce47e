/**
 * A crowd against a limit, over HTTP and two controller processes: exactly as many get through as the
 * limit says, and the rest is told which limit it was and whether to try again. Many more rounds,
 * without HTTP and processes, are in the controller's quotas.int-spec.ts. CORRAL_FULL=1: three at once.
 */
import type { UpdateLimits } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { Cluster } from '../support/cluster.js';
import { settled } from '../support/ledger.js';
import { limitedKey } from '../support/limited-key.js';
import { ask, isComplete, isExact, type Seen } from '../support/load-client.js';
import { isFull } from '../support/stage.js';

/** At the same time, each with a key of its own. */
const ROUNDS = isFull ? 3 : 1;
const REQUESTS = 100;
const LIMIT = 10;
/** Of each request, so that tokens are known beforehand, and money. */
const PROMPT_TOKENS = 60;
const MAX_TOKENS = 40;
const TOKENS = PROMPT_TOKENS + MAX_TOKENS;
/** No answer begins before everybody has been let in or refused. */
const FIRST_TOKEN_MS = 2_500;
/** The limits of a minute and a day are met exactly within one of them. */
const SECONDS_OF_A_ROUND = 6;
/** What an hour of the only node costs: 1,000 microdollars a millisecond. */
const MICRODOLLARS_PER_HOUR = 3_600_000_000;
/** Of a deployment that nobody has used yet: 1 ms for a prompt token, 20 ms for another. */
const GUESS = 1_000 * (PROMPT_TOKENS + 20 * MAX_TOKENS);

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: 2, workers: 1 });
  const fake = { tokensPerSecond: 200, firstTokenMs: FIRST_TOKEN_MS };
  await cluster.deploy({ name: 'held', slots: 64, fake });
}, 180_000);
afterAll(() => cluster.stop());

/** The end of a minute is also that of a day, sometimes. */
async function amidAMinute(): Promise<void> {
  await until(
    'a minute that lasts',
    () => new Date().getUTCSeconds() < 60 - SECONDS_OF_A_ROUND,
    60_000,
  );
}

async function race(apiKey: string, model: string): Promise<{ passed: Seen[]; refused: Seen[] }> {
  const all = await Promise.all(
    Array.from({ length: REQUESTS }, (_, at) => {
      const url = cluster.urls[at % cluster.urls.length] ?? '';
      const amounts = { promptTokens: PROMPT_TOKENS, maxTokens: MAX_TOKENS };
      return ask({ url, apiKey, model, ...amounts, seed: at + 1 }).ended;
    }),
  );
  return {
    passed: all.filter(({ status }) => status === 200),
    refused: all.filter(({ status }) => status !== 200),
  };
}

/** The rounds; gives what was refused in all of them. */
async function expectExactly10(limits: UpdateLimits, model: string): Promise<Seen[]> {
  const keys = await Promise.all(
    Array.from({ length: ROUNDS }, () => limitedKey(cluster, model, limits)),
  );
  await amidAMinute();
  const rounds = await Promise.all(keys.map(({ apiKey }) => race(apiKey, model)));
  const times = { lastRefusalMs: 0, firstAnswerMs: Number.POSITIVE_INFINITY };
  for (const { passed, refused } of rounds) {
    expect(passed).toHaveLength(LIMIT);
    expect(passed.every((seen) => isComplete(seen) && isExact(seen))).toBe(true);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    for (const { headersAtMs, sentAtMs } of refused) {
      times.lastRefusalMs = Math.max(times.lastRefusalMs, (headersAtMs ?? 0) - sentAtMs);
    }
    for (const { headersAtMs, sentAtMs } of passed) {
      times.firstAnswerMs = Math.min(times.firstAnswerMs, (headersAtMs ?? 0) - sentAtMs);
    }
  }
  // Otherwise one may have come in on what another had given back.
  expect(times.lastRefusalMs).toBeLessThan(times.firstAnswerMs);
  console.info(
    `quota-race, ${JSON.stringify(limits)}: ${ROUNDS} x ${LIMIT} of ${REQUESTS}; last refusal after ${Math.round(times.lastRefusalMs)} ms`,
  );
  return rounds.flatMap(({ refused }) => refused);
}

const headersOf = (refused: readonly Seen[], name: string): Set<unknown> =>
  new Set(refused.map(({ headers }) => headers[name]));
const codesOf = (refused: readonly Seen[]): Set<unknown> =>
  new Set(refused.map(({ error }) => error?.code));

describe('of 100 requests at once on two controllers, exactly 10 pass a limit', () => {
  it('of 10 a minute; the others are told when the next minute begins', async () => {
    const refused = await expectExactly10({ requestsPerMinute: LIMIT }, 'held');

    expect(codesOf(refused)).toEqual(new Set(['rate_limit_exceeded']));
    expect(headersOf(refused, 'x-should-retry')).toEqual(new Set([undefined]));
    expect(headersOf(refused, 'x-ratelimit-limit-requests')).toEqual(new Set(['10']));
    expect(headersOf(refused, 'x-ratelimit-remaining-requests')).toEqual(new Set(['0']));
    for (const { headers, error } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
      expect(headers['x-ratelimit-reset-requests']).toMatch(/^([1-9]\d?s|1m0s)$/);
      expect(error?.message).toContain('10 requests per minute of this API key');
    }
  }, 120_000);

  it('of 10 at the same time; the others may try again at once', async () => {
    const refused = await expectExactly10({ concurrentRequests: LIMIT }, 'held');

    expect(codesOf(refused)).toEqual(new Set(['rate_limit_exceeded']));
    expect(headersOf(refused, 'retry-after')).toEqual(new Set(['1']));
    expect(headersOf(refused, 'x-should-retry')).toEqual(new Set([undefined]));
    expect(refused[0]?.error?.message).toContain('10 requests at the same time of this API key');
  }, 120_000);

  it('of tokens a day that 10 of them use up; the others are told not to try again', async () => {
    const tokensPerDay = LIMIT * TOKENS + TOKENS - 1;
    const refused = await expectExactly10({ tokensPerDay }, 'held');

    expect(codesOf(refused)).toEqual(new Set(['insufficient_quota']));
    expect(headersOf(refused, 'x-should-retry')).toEqual(new Set(['false']));
    expect(headersOf(refused, 'retry-after')).toEqual(new Set([undefined]));
    expect(refused[0]?.error?.message).toContain('1,099 tokens per day of this API key');
  }, 120_000);

  it('of money a month that 10 of them might use up; the others are told not to try again', async () => {
    await priceTheNode();
    // Nobody has used it, so what a request is expected to cost is known.
    await cluster.deploy({ name: 'priced', slots: 64, fake: { firstTokenMs: FIRST_TOKEN_MS } });
    const microdollarsPerMonth = LIMIT * GUESS + GUESS - 1;
    const refused = await expectExactly10({ microdollarsPerMonth }, 'priced');

    expect(codesOf(refused)).toEqual(new Set(['insufficient_quota']));
    expect(headersOf(refused, 'x-should-retry')).toEqual(new Set(['false']));
    expect(headersOf(refused, 'retry-after')).toEqual(new Set([undefined]));
    expect(refused[0]?.error?.message).toContain('9.46 dollars per month of this API key');
  }, 120_000);

  it('and afterwards nothing is set aside any more, and all sums agree', async () => {
    const { ok, rows, differences } = await settled(cluster, 60_000);

    expect(differences).toEqual([]);
    expect([ok, rows]).toEqual([true, 4 * ROUNDS * LIMIT]);
  }, 120_000);
});

/** Resolves when both controllers know what the node costs. */
async function priceTheNode(): Promise<void> {
  const [node] = (await cluster.overview()).nodes;
  const hardware = { kind: 'rented', microdollarsPerHour: MICRODOLLARS_PER_HOUR };
  const body = { hardware, loadWatts: 0, idleWatts: 0, microdollarsPerKwh: 0 };
  await cluster.adminJson(`/costs/nodes/${node?.id}`, { method: 'PUT', body });
  for (const at of cluster.urls.keys()) {
    await until('the price on every controller', async () => {
      const { data } = (await cluster.adminJson('/costs/nodes', {}, at)) as { data: unknown[] };
      return data.length === 1;
    });
  }
}

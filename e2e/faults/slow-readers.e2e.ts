/**
 * Fifty clients read one byte a second of long answers. What they do not read is not kept for them
 * without end: they are cut, their generations stop and are billed, and nobody else notices.
 */
import { until } from '@corral/testing';
import { Load } from '../support/load.js';
import { residentMib } from '../support/resident-memory.js';
import { SlowReader } from '../support/slow-reader.js';
import { describeInFull, faultsOf, quantile, Stage } from '../support/stage.js';

const READERS = 50;
const TOKENS = 60_000;
/** A system's own buffers take some megabytes before anybody is slow at all. */
const CUT_WITHIN_MS = 150_000;
const MEMORY_GROWTH_MIB = 200;
const PAUSE_MS = 1_000;
const LIMIT_MS = 300_000;

describeInFull('slow readers', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.start(
      { controllers: 2, workers: 2 },
      { name: 'fast', slots: 64, contextTokens: 100_000, fake: { tokensPerSecond: 200 } },
    );
  }, 180_000);
  afterAll(() => stage.stop());

  it(
    `scenario 14: ${READERS} readers at 1 byte/s are cut, and cost the others nothing`,
    async () => {
      const { cluster, key, chance } = stage;
      const load = new Load(8, () => stage.question(chance.between(100, 200)));
      await until('answers', () => load.tokens > 2_000);
      const before = await memory();
      const readers = Array.from({ length: READERS }, (_, at) => {
        const url = cluster.urls[at % cluster.urls.length] ?? '';
        const body = { model: 'fast', prompt: 'go on', max_tokens: TOKENS, stream: true };
        return new SlowReader(url, '/v1/completions', key.apiKey, body);
      });
      const startedAtMs = performance.now();
      let highest = before;
      try {
        await until(
          'all slow readers to be cut',
          async () => {
            highest = (await memory()).map((mib, at) => Math.max(mib, highest[at] ?? 0));
            return (await cutSoFar()) >= READERS;
          },
          CUT_WITHIN_MS,
        );
      } finally {
        for (const reader of readers) reader.stop();
      }
      const cutMs = performance.now() - startedAtMs;
      const all = await load.stop();
      stage.sent.push(...all);
      const rows = await until('all rows', async () => {
        const found = [...(await stage.rows()).values()];
        return found.length >= all.length + READERS ? found : null;
      });
      const cut = rows.filter(({ status }) => status !== 'completed');
      const pauses = all.map(({ longestPauseMs }) => longestPauseMs);
      const generated = cut.map(({ completionTokens }) => completionTokens);
      console.info(
        `scenario 14: ${READERS} cut within ${Math.round(cutMs / 1_000)} s after ${quantile(generated, 0)} to ${quantile(generated, 1)} of ${TOKENS} tokens; ` +
          `${all.length} others complete, longest pause p99 ${quantile(pauses, 0.99)} ms; ` +
          `controllers ${before.join(', ')} MiB before, ${highest.join(', ')} at most`,
      );
      expect(faultsOf(all)).toEqual([]);
      expect(quantile(pauses, 0.99)).toBeLessThanOrEqual(PAUSE_MS);
      expect(cut).toHaveLength(READERS);
      for (const tokens of generated) {
        expect(tokens).toBeGreaterThan(0);
        expect(tokens).toBeLessThan(TOKENS);
      }
      for (const [at, mib] of highest.entries()) {
        expect(mib).toBeLessThan((before[at] ?? 0) + MEMORY_GROWTH_MIB);
      }
    },
    LIMIT_MS,
  );

  /** Requests that the ledger has as ended before their time. */
  async function cutSoFar(): Promise<number> {
    const [row] = await stage.cluster.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM request_usage WHERE key_id = $1 AND status <> 'completed'`,
      stage.key.id,
    );
    return row?.count ?? 0;
  }

  const memory = (): Promise<number[]> =>
    Promise.all(stage.cluster.controllers.map(({ pid }) => residentMib(pid)));
});

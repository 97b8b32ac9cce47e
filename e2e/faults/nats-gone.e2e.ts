/**
 * The NATS server is gone for a while, and says so: its machine refuses connections. Then nobody hears
 * anybody, and streams go on where they are.
 */
import { until } from '@corral/testing';
import { Load } from '../support/load.js';
import { ask } from '../support/load-client.js';
import {
  describeInFull,
  faultsOf,
  isRight,
  itAgreesWithTheLedger,
  quantile,
  Stage,
} from '../support/stage.js';

const TOKENS_PER_SECOND = 20;
const STREAMS = 40;
const AWAY_MS = 10_000;
const LIMIT_MS = 120_000;

describeInFull('the NATS server', () => {
  let stage: Stage;

  beforeAll(async () => {
    const fake = { tokensPerSecond: TOKENS_PER_SECOND };
    stage = await Stage.start({ controllers: 2, workers: 3 }, { name: 'steady', slots: 64, fake });
  }, 180_000);
  afterAll(() => stage.stop());

  it(
    'scenario 9: is gone for 10 s, and streams go on where they are',
    async () => {
      const { nats } = stage.cluster;
      const tokens = (AWAY_MS / 1_000 + 8) * TOKENS_PER_SECOND;
      const asked = Array.from({ length: STREAMS }, () => ask(stage.question(tokens)));
      const streams = asked.map(({ seen }) => seen);
      await until('all answers to begin', () => streams.every((seen) => seen.tokens > 0));
      const before = await enginePids();
      await nats.stop();
      const stoppedAtMs = performance.now();
      const isOver = (): boolean => performance.now() - stoppedAtMs > AWAY_MS;
      await until('the end of the outage', isOver, 2 * AWAY_MS);
      await nats.start();
      const load = new Load(8, () => stage.question(20), 4);
      const stayed = await Promise.all(asked.map(({ ended }) => ended));
      const all = [...stayed, ...(await load.finished())];
      stage.sent.push(...all);
      const moved = await stage.movedOf(stayed);
      const pauses = streams.map(({ longestPauseMs }) => longestPauseMs);
      console.info(
        `scenario 9: ${all.filter(isRight).length}/${all.length} exact, ${moved.length} moved; ` +
          `longest pause ${quantile(pauses, 1)} ms`,
      );
      expect(faultsOf(all)).toEqual([]);
      expect(moved).toEqual([]);
      expect(await enginePids()).toEqual(before);
    },
    LIMIT_MS,
  );

  itAgreesWithTheLedger(() => stage, LIMIT_MS);

  async function enginePids(): Promise<(number | null)[]> {
    const { nodes } = await stage.cluster.overview();
    return nodes.map(({ replicas: [replica] }) => replica?.enginePid ?? null);
  }
});

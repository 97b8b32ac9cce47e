/**
 * A request that ends every engine it runs on. Two engines are hit at most, then it is refused with
 * a reason; whoever was on board with it gets the whole answer.
 */
import { until } from '@corral/testing';
import { ask } from '../support/load-client.js';
import {
  describeInFull,
  faultsOf,
  isRight,
  itAgreesWithTheLedger,
  Stage,
} from '../support/stage.js';

const WORKERS = 3;
const OTHERS = 24;
const ENGINES_HIT = 2;
const LIMIT_MS = 120_000;

describeInFull('a request that crashes engines', () => {
  let stage: Stage;

  beforeAll(async () => {
    const deployment = { name: 'steady', slots: 32, fake: { tokensPerSecond: 20 } };
    stage = await Stage.start({ controllers: 2, workers: WORKERS }, deployment);
  }, 180_000);
  afterAll(() => stage.stop());

  it(
    'scenario 6: hits two engines at most and is refused, and the others are unharmed',
    async () => {
      const before = await enginePids();
      const others = Array.from({ length: OTHERS }, () => ask(stage.question(200)));
      await until('the others to begin', () => others.every(({ seen }) => seen.tokens > 5));
      const fake = { crashAfterTokens: 3 };
      const deadly = await ask(stage.question(50, { promptTokens: 60, fake })).ended;
      const all = await Promise.all(others.map(({ ended }) => ended));
      await until('all engines to be back', async () => (await enginePids()).length === WORKERS);
      const hit = (await enginePids()).filter((pid) => !before.includes(pid)).length;
      stage.sent.push(...all, deadly);
      console.info(
        `scenario 6: ${hit} engines hit, then ${deadly.error?.code ?? 'no error'}; ` +
          `${all.filter(isRight).length}/${all.length} others exact`,
      );
      expect(faultsOf(all)).toEqual([]);
      expect(hit).toBeGreaterThan(0);
      expect(hit).toBeLessThanOrEqual(ENGINES_HIT);
      expect(deadly.error?.message).toContain('engines ended while working on this request');
    },
    LIMIT_MS,
  );

  itAgreesWithTheLedger(() => stage, LIMIT_MS);

  /** Of the engines that serve. */
  async function enginePids(): Promise<number[]> {
    const { nodes } = await stage.cluster.overview();
    const replicas = nodes.flatMap((node) => node.replicas);
    return replicas.flatMap(({ state, enginePid }) =>
      state === 'ready' && enginePid !== null ? [enginePid] : [],
    );
  }
});

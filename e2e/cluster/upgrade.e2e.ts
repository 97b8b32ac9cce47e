/**
 * An upgrade under way: of two controllers and two workers one each is of the version before. They
 * share the work, and a stream goes on from either to the other.
 *
 * CORRAL_PREVIOUS=DIR: a checkout of the version before, built (`npm run build`).
 */
import { until } from '@corral/testing';
import { Load } from '../support/load.js';
import { ask } from '../support/load-client.js';
import { faultsOf, isRight, Stage } from '../support/stage.js';

const PREVIOUS = process.env.CORRAL_PREVIOUS;
const STREAMS = 24;
const LIMIT_MS = 120_000;

if (PREVIOUS === undefined) {
  console.info('skipped: upgrade needs CORRAL_PREVIOUS, a built checkout of the version before');
}

(PREVIOUS === undefined ? describe.skip : describe)('two versions side by side', () => {
  const previous = PREVIOUS ?? '';
  const isOld = (member: string): boolean => member.endsWith('-1');
  let stage: Stage;

  beforeAll(async () => {
    const checkoutOf = (member: string): string =>
      isOld(member) ? previous : new URL('../..', import.meta.url).pathname;
    const deployment = { name: 'steady', slots: 32, fake: { tokensPerSecond: 40 } };
    stage = await Stage.start({ controllers: 2, workers: 2, checkoutOf }, deployment);
  }, 180_000);
  afterAll(() => stage.stop());

  it.each(['worker-0', 'worker-1'])(
    'answers are completed to the letter when %s is killed',
    async (name) => {
      const { cluster } = stage;
      const asked = Array.from({ length: STREAMS }, (_, at) =>
        ask(stage.question(300, { url: cluster.urls[at % 2] ?? '' })),
      );
      await until('all answers to begin', () => asked.every(({ seen }) => seen.tokens > 5));
      const worker = cluster.workers.find((one) => one.name === name);
      await worker?.kill();
      const all = await Promise.all(asked.map(({ ended }) => ended));
      await worker?.start();
      await until('its replica to be ready', async () => {
        const { deployments } = await cluster.overview();
        return deployments.every(({ readyReplicas }) => readyReplicas === 2);
      });
      stage.sent.push(...all);
      const moved = await stage.movedOf(all);
      console.info(
        `upgrade, ${name} killed: ${all.filter(isRight).length}/${all.length} exact, ${moved.length} moved`,
      );
      expect(faultsOf(all)).toEqual([]);
      expect(moved.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it(
    'each controller leads in turn, and the ledger has all of it',
    async () => {
      const { cluster } = stage;
      for (const controller of cluster.controllers) {
        await controller.stop();
        const load = new Load(8, () => stage.question(20), 4);
        stage.sent.push(...(await load.finished()));
        await controller.start();
      }
      expect(faultsOf(stage.sent)).toEqual([]);
      expect(await stage.disagreements()).toEqual([]);
    },
    LIMIT_MS,
  );
});

/**
 * A controller is killed with 50 streams on board. They end with their connections; the slots that
 * they held are free within seconds, and the other controller's books get what was generated, once.
 */
import { until } from '@corral/testing';
import { ask, isExact } from '../support/load-client.js';
import { describeInFull, faultsOf, Stage } from '../support/stage.js';

const STREAMS = 50;
const OTHERS = 8;
const SLOTS_FREE_MS = 5_000;
const LIMIT_MS = 180_000;

describeInFull('a controller that is killed', () => {
  let stage: Stage;

  beforeAll(async () => {
    const deployment = { name: 'steady', slots: 64, fake: { tokensPerSecond: 20 } };
    stage = await Stage.start({ controllers: 2, workers: 2 }, deployment);
  }, 180_000);
  afterAll(() => stage.stop());

  it(
    `scenario 11: frees the slots of its ${STREAMS} streams within 5 s, and disturbs no others`,
    async () => {
      const { cluster } = stage;
      const [dying, staying] = cluster.urls;
      const ofDying = Array.from({ length: STREAMS }, () =>
        ask(stage.question(2_000, { url: dying ?? '' })),
      );
      const ofStaying = Array.from({ length: OTHERS }, () =>
        ask(stage.question(400, { url: staying ?? '' })),
      );
      const asked = [...ofDying, ...ofStaying];
      await until('all answers to begin', () => asked.every(({ seen }) => seen.tokens > 5));
      await until('its heartbeats to say so', async () => (await busySlots()) === asked.length);
      await cluster.controllers[0]?.kill();
      const killedAtMs = performance.now();
      await until('the slots to be free', async () => (await busySlots()) <= OTHERS);
      const freeMs = performance.now() - killedAtMs;
      const cut = await Promise.all(ofDying.map(({ ended }) => ended));
      const others = await Promise.all(ofStaying.map(({ ended }) => ended));
      stage.sent.push(...cut, ...others);
      console.info(
        `scenario 11: ${cut.filter(({ broken }) => broken !== null).length}/${STREAMS} ended with their connection, ` +
          `slots free after ${Math.round(freeMs)} ms; ${others.length} others complete`,
      );
      expect(cut.filter((seen) => !isExact(seen))).toEqual([]);
      expect(faultsOf(others)).toEqual([]);
      expect(freeMs).toBeLessThanOrEqual(SLOTS_FREE_MS);
    },
    LIMIT_MS,
  );

  it(
    'and what they came to is charged once',
    async () => {
      await stage.cluster.controllers[0]?.start();
      expect(await stage.disagreements()).toEqual([]);
      expect((await stage.rows()).size).toBe(stage.sent.length);
    },
    LIMIT_MS,
  );

  /** As the controller that stays hears it. */
  async function busySlots(): Promise<number> {
    const { nodes } = await stage.cluster.overview(1);
    return nodes.flatMap(({ replicas }) => replicas).reduce((sum, one) => sum + one.activeSlots, 0);
  }
});

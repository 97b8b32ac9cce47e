/**
 * Two machines with a real network between them: the servers, the controller and a worker on this
 * one, another worker on the second. They share work; when the wire is pulled out, streams of the
 * second go on here; when it is back, the second takes part again.
 */
import { until } from '@corral/testing';
import { ask } from './support/load-client.js';
import { SecondMachine } from './support/second-machine.js';
import { faultsOf, isFull, isRight, quantile, Stage } from './support/stage.js';

const STREAMS = 16;
const UNPLUGGED_MS = 12_000;
const BACK_MS = 5_000;
const LIMIT_MS = 120_000;

const second = isFull ? await SecondMachine.make() : 'it takes a minute; CORRAL_FULL=1 runs it';
if (typeof second === 'string') console.info(`skipped: two machines: ${second}`);

(typeof second === 'string' ? describe.skip : describe)('two machines', () => {
  const machine = second as SecondMachine;
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.start(
      {
        controllers: 1,
        workers: 2,
        natsHost: machine.hereAddress,
        launcherOf: (at) => (at === 1 ? machine.launcher : []),
      },
      { name: 'shared', slots: 32, fake: { tokensPerSecond: 20 } },
    );
  }, 180_000);
  afterAll(async () => {
    await stage.stop();
    await machine.remove();
  });

  it(
    'share the work, go on without the second when it is cut off, and with it when it is back',
    async () => {
      const asked = Array.from({ length: STREAMS }, () => ask(stage.question(400)));
      await until('all answers to begin', () => asked.every(({ seen }) => seen.tokens > 5));
      await until('both to share them', isShared);

      const onSecond = (await busySlots())[1] ?? 0;
      await machine.unplug();
      const unpluggedAtMs = performance.now();
      await until(
        'the second machine to be missed',
        async () => (await stateOfSecond()) === 'lost',
      );
      await until('the wire', () => performance.now() - unpluggedAtMs > UNPLUGGED_MS);
      await machine.plugIn();
      const pluggedAtMs = performance.now();
      await until('it to be back', async () => (await stateOfSecond()) === 'ready', 30_000);
      const backMs = performance.now() - pluggedAtMs;

      const all = await Promise.all(asked.map(({ ended }) => ended));
      await until('all slots to be free', async () => (await busySlots()).every((n) => n === 0));
      const again = Array.from({ length: STREAMS }, () => ask(stage.question(60)));
      await until('both to share them again', isShared);
      all.push(...(await Promise.all(again.map(({ ended }) => ended))));
      stage.sent.push(...all);

      const moved = await stage.movedOf(all);
      const gaps = moved.map(({ longestPauseMs }) => longestPauseMs);
      console.info(
        `two machines: ${all.filter(isRight).length}/${all.length} exact, ${moved.length} moved, ` +
          `gap max ${quantile(gaps, 1)} ms; back ${Math.round(backMs)} ms after the wire`,
      );
      expect(faultsOf(all)).toEqual([]);
      expect(moved).toHaveLength(onSecond);
      expect(quantile(gaps, 1)).toBeLessThanOrEqual(8_000);
      expect(backMs).toBeLessThanOrEqual(BACK_MS);
    },
    LIMIT_MS,
  );

  it(
    'and the ledger has all of it, as the clients saw it',
    async () => {
      expect(await stage.disagreements()).toEqual([]);
    },
    LIMIT_MS,
  );

  async function stateOfSecond(): Promise<string | undefined> {
    const { nodes } = await stage.cluster.overview();
    return nodes.find(({ name }) => name === 'worker-1')?.state;
  }

  /** All are under way, and each has at least a quarter of them. */
  async function isShared(): Promise<boolean> {
    const busy = await busySlots();
    const all = busy.reduce((sum, slots) => sum + slots, 0);
    return all === STREAMS && busy.every((slots) => slots >= STREAMS / 4);
  }

  /** Of both machines. */
  async function busySlots(): Promise<number[]> {
    const { nodes } = await stage.cluster.overview();
    const named = nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
    return named.map(({ replicas: [replica] }) => replica?.activeSlots ?? 0);
  }
});

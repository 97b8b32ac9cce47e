/**
 * A worker dies or freezes under load. Its streams go on at another worker: the client sees a
 * pause, and no token is lost, repeated or altered.
 *
 * CORRAL_FULL=1: 8 x 100 streams, three kills, and a freeze of 30 s.
 */
import { until } from '@corral/testing';
import { signalAll } from '../support/frozen-processes.js';
import { Load } from '../support/load.js';
import { ask, type Seen } from '../support/load-client.js';
import {
  faultsOf,
  isFull,
  isRight,
  itAgreesWithTheLedger,
  quantile,
  Stage,
} from '../support/stage.js';

const CLIENTS = isFull ? 100 : 40;
const STREAMS_EACH = isFull ? 8 : 2;
const KILLS = isFull ? 3 : 1;
const FROZEN_MS = isFull ? 30_000 : 12_000;
const GAP_MS = 2_000;
const LIMIT_MS = 240_000;

let stage: Stage;

beforeAll(async () => {
  const deployment = { name: 'steady', slots: 64, fake: { tokensPerSecond: 20 } };
  stage = await Stage.start({ controllers: 2, workers: 3 }, deployment);
}, 180_000);
afterAll(() => stage.stop());

it(
  `scenario 1: ${CLIENTS * STREAMS_EACH} streams are completed to the letter while workers are killed`,
  async () => {
    const { cluster, chance } = stage;
    const load = new Load(CLIENTS, () => stage.question(chance.between(60, 100)), STREAMS_EACH);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const tokens = (kill / (KILLS + 1)) * CLIENTS * STREAMS_EACH * 80;
      await until('enough tokens', () => load.tokens > tokens, LIMIT_MS);
      const worker = chance.oneOf(cluster.workers);
      await worker.kill();
      // Not before all goes on without it: a worker that is back says by itself what it lost.
      await until('all streams to go on', goneOn(load.underWay));
      await worker.start();
    }
    const all = await load.finished();
    stage.sent.push(...all);

    const moved = await stage.movedOf(all);
    const gaps = moved.map(({ longestPauseMs }) => longestPauseMs);
    console.info(
      `scenario 1: ${all.filter(isRight).length}/${all.length} exact, ${KILLS} kills, ${moved.length} moved; ` +
        `gap p50 ${quantile(gaps, 0.5)}, p95 ${quantile(gaps, 0.95)}, max ${quantile(gaps, 1)} ms`,
    );
    expect(faultsOf(all)).toEqual([]);
    expect(moved.length).toBeGreaterThan(CLIENTS / 6);
    expect(quantile(gaps, 0.95)).toBeLessThanOrEqual(GAP_MS);
  },
  LIMIT_MS,
);

it(
  `scenario 4: a worker freezes for ${FROZEN_MS / 1_000} s; its streams move, and it speaks of none of them again`,
  async () => {
    const { cluster } = stage;
    const long = Array.from({ length: CLIENTS }, () =>
      ask(stage.question((FROZEN_MS / 1_000) * 10)),
    );
    const streams = long.map(({ seen }) => seen);
    await until('all answers to begin', () => streams.every(({ tokens }) => tokens > 0));
    const worker = cluster.workers[await stage.busiestWorker(CLIENTS)];
    if (worker === undefined) throw new Error('the stage has no worker');
    // Its engine goes on, and fills the channel with tokens that will be late.
    signalAll([worker.pid], 'SIGSTOP');
    const frozenAtMs = performance.now();
    try {
      await until(
        'the end of the freeze',
        () => performance.now() - frozenAtMs > FROZEN_MS,
        40_000,
      );
    } finally {
      signalAll([worker.pid], 'SIGCONT');
    }
    const thawedAtMs = performance.now();
    await until('the worker to take part again', () => stateOf(worker.name, 'ready'));
    const rejoinedMs = performance.now() - thawedAtMs;
    const all = await Promise.all(long.map(({ ended }) => ended));
    stage.sent.push(...all);
    await until('its slots to be free', async () => (await busySlots()) === 0);
    const moved = await stage.movedOf(all);
    const gaps = moved.map(({ longestPauseMs }) => longestPauseMs);
    console.info(
      `scenario 4: ${all.filter(isRight).length}/${all.length} exact, ${moved.length} moved; ` +
        `gap p95 ${quantile(gaps, 0.95)}, max ${quantile(gaps, 1)} ms; took part again after ${Math.round(rejoinedMs)} ms`,
    );
    expect(faultsOf(all)).toEqual([]);
    expect(moved.length).toBeGreaterThan(CLIENTS / 6);
    expect(quantile(gaps, 1)).toBeLessThanOrEqual(8_000);
    expect(rejoinedMs).toBeLessThanOrEqual(5_000);
  },
  LIMIT_MS,
);

itAgreesWithTheLedger(() => stage, LIMIT_MS);

async function stateOf(name: string, state: string): Promise<boolean> {
  const { nodes } = await stage.cluster.overview();
  return nodes.some((node) => node.name === name && node.state === state);
}

async function busySlots(): Promise<number> {
  const { nodes } = await stage.cluster.overview();
  return nodes.flatMap(({ replicas }) => replicas).reduce((sum, one) => sum + one.activeSlots, 0);
}

/** Every stream has got more tokens than can have been on their way, or has ended. */
function goneOn(streams: readonly Seen[]): () => boolean {
  const before = streams.map((seen) => ({ seen, tokens: seen.tokens }));
  return () =>
    before.every(({ seen, tokens }) => seen.endedAtMs !== null || seen.tokens > tokens + 5);
}

/**
 * The network between workers and the NATS server is cut. Streams of one worker that is cut off go on
 * elsewhere; when all are, nothing is unloaded or moved, and all goes on when it is back.
 */
import { TcpProxy, until } from '@corral/testing';
import { ask, type Seen } from '../support/load-client.js';
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
const ONE_CUT_MS = 20_000;
const ALL_CUT_MS = 60_000;
const BACK_MS = 5_000;
/** A worker that is cut off stops by itself after 8 s; the rest is for noticing. */
const FENCED_MS = 10_000;
const LIMIT_MS = 240_000;

interface Engine {
  pid: number | null;
  busy: number;
  decoded: number;
}

describeInFull('partitions', () => {
  const wires: TcpProxy[] = [];
  let stage: Stage;

  beforeAll(async () => {
    const natsUrlOf = async (at: number, serverUrl: string): Promise<string> => {
      const wire = await TcpProxy.to(serverUrl);
      wires[at] = wire;
      return wire.url;
    };
    const fake = { tokensPerSecond: TOKENS_PER_SECOND };
    stage = await Stage.start(
      { controllers: 2, workers: 3, natsUrlOf },
      { name: 'steady', slots: 64, fake },
    );
  }, 180_000);
  afterAll(async () => {
    await stage.stop();
    await Promise.all(wires.map((wire) => wire.stop()));
  });

  it(
    'scenario 8: the streams of one worker that is cut off move, and it stops by itself',
    async () => {
      const { cluster } = stage;
      const { long, streams } = await startStreams((ONE_CUT_MS / 1_000 + 10) * TOKENS_PER_SECOND);
      const before = await engines();
      wires[0]?.fallSilent();
      await passed(ONE_CUT_MS);
      wires[0]?.heal();
      const healedAtMs = performance.now();
      await until('the worker to be back', async () => (await readyNodes()) === 3);
      const backMs = performance.now() - healedAtMs;
      const cutOff = cluster.workers[0]?.name ?? '';
      // Not one of the heartbeats that were on their way all the time.
      const after = await until('the end of its last attempt', async () => {
        const all = await engines();
        return all.get(cutOff)?.busy === 0 ? all : null;
      });
      const all = await Promise.all(long);
      stage.sent.push(...all);
      const moved = await stage.movedOf(all);
      const gaps = moved.map(({ longestPauseMs }) => longestPauseMs);
      const late = (after.get(cutOff)?.decoded ?? 0) - (before.get(cutOff)?.decoded ?? 0);
      const lateMs = (late / (TOKENS_PER_SECOND * Math.max(1, moved.length))) * 1_000;
      console.info(
        `scenario 8, one worker for ${ONE_CUT_MS / 1_000} s: ${all.filter(isRight).length}/${streams.length} exact, ` +
          `${moved.length} moved, gap p95 ${quantile(gaps, 0.95)} ms; it went on for ${Math.round(lateMs)} ms, ` +
          `and was back after ${Math.round(backMs)} ms`,
      );
      expect(faultsOf(all)).toEqual([]);
      expect(moved.length).toBeGreaterThan(STREAMS / 6);
      expect(quantile(gaps, 1)).toBeLessThanOrEqual(8_000);
      expect(backMs).toBeLessThanOrEqual(BACK_MS);
      expect(after.get(cutOff)?.pid).toBe(before.get(cutOff)?.pid);
      expect(lateMs).toBeLessThanOrEqual(FENCED_MS);
    },
    LIMIT_MS,
  );

  it(
    'scenario 8: when all workers are cut off nothing is unloaded, and all is back soon',
    async () => {
      const { long, streams } = await startStreams(30 * TOKENS_PER_SECOND);
      const before = await engines();
      for (const wire of wires) wire.fallSilent();
      await passed(ALL_CUT_MS);
      for (const wire of wires) wire.heal();
      const healedAtMs = performance.now();
      await until('all workers to be back', async () => (await readyNodes()) === 3);
      const backMs = performance.now() - healedAtMs;
      const all = await Promise.all(long);
      const answer = await ask(stage.question(10)).ended;
      stage.sent.push(...all, answer);
      console.info(
        `scenario 8, all workers for ${ALL_CUT_MS / 1_000} s: ${all.filter(isRight).length}/${streams.length} exact; ` +
          `back after ${Math.round(backMs)} ms`,
      );
      expect(backMs).toBeLessThanOrEqual(BACK_MS);
      expect(pidsOf(await engines())).toEqual(pidsOf(before));
      expect(faultsOf([...all, answer])).toEqual([]);
    },
    LIMIT_MS,
  );

  itAgreesWithTheLedger(() => stage, LIMIT_MS);

  async function startStreams(
    maxTokens: number,
  ): Promise<{ long: Promise<Seen>[]; streams: Seen[] }> {
    const asked = Array.from({ length: STREAMS }, () => ask(stage.question(maxTokens)));
    const streams = asked.map(({ seen }) => seen);
    await until('all answers to begin', () => streams.every(({ tokens }) => tokens > 0));
    return { long: asked.map(({ ended }) => ended), streams };
  }

  /** Of each worker: its engine's process, the slots that are busy, and all tokens so far. */
  async function engines(): Promise<Map<string, Engine>> {
    const { nodes } = await stage.cluster.overview();
    return new Map(
      nodes.map(({ name, replicas: [replica] }) => [
        name,
        {
          pid: replica?.enginePid ?? null,
          busy: replica?.activeSlots ?? 0,
          decoded: replica?.stats?.decodedTokens ?? 0,
        },
      ]),
    );
  }

  async function readyNodes(): Promise<number> {
    const { nodes } = await stage.cluster.overview();
    return nodes.filter(({ state }) => state === 'ready').length;
  }
});

function pidsOf(engines: ReadonlyMap<string, { pid: number | null }>): (number | null)[] {
  return [...engines.values()].map(({ pid }) => pid);
}

async function passed(ms: number): Promise<void> {
  const startedAtMs = performance.now();
  await until(`${ms} ms`, () => performance.now() - startedAtMs > ms, 2 * ms);
}

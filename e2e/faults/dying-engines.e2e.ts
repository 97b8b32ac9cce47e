/**
 * Engines that die, hang or never come up, under load: what was on board goes on elsewhere to the
 * letter, the replica comes back by itself, and other models are not disturbed.
 *
 * CORRAL_FULL=1: 8 x 100 streams, the engines of all workers are killed, and a load that stalls is
 * watched until it is given up.
 */
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { deploymentViewSchema, type DeploymentView } from '@corral/contracts/http';
import { fakeTemplate, TINY, until, writeGguf, type FakeOptions } from '@corral/testing';
import { signalAll } from '../support/frozen-processes.js';
import { Load } from '../support/load.js';
import { ask } from '../support/load-client.js';
import {
  faultsOf,
  isFull,
  isRight,
  itAgreesWithTheLedger,
  itInFull,
  quantile,
  Stage,
} from '../support/stage.js';

const WORKERS = 2;
const CLIENTS = isFull ? 100 : 32;
const STREAMS_EACH = isFull ? 8 : 2;
const KILLS = isFull ? WORKERS : 1;
const LOAD_MS = 500;
/** A worker gives a load so long. */
const LOAD_LIMIT_MS = 60_000;
const LIMIT_MS = 240_000;

let stage: Stage;

beforeAll(async () => {
  const fake = { tokensPerSecond: 20, loadMs: LOAD_MS };
  const deployment = { name: 'steady', slots: 64, fake };
  stage = await Stage.start({ controllers: 2, workers: WORKERS }, deployment);
}, 180_000);
afterAll(() => stage.stop());

it(
  `scenario 2: ${CLIENTS * STREAMS_EACH} streams are completed to the letter while engines are killed`,
  async () => {
    const { chance } = stage;
    const load = new Load(CLIENTS, () => stage.question(chance.between(60, 100)), STREAMS_EACH);
    const detected: number[] = [];
    const back: number[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const tokens = (kill / (KILLS + 1)) * CLIENTS * STREAMS_EACH * 80;
      await until('enough tokens', () => load.tokens > tokens, LIMIT_MS);
      const pid = await enginePid(kill - 1);
      process.kill(pid, 'SIGKILL');
      const killedAtMs = performance.now();
      await until(
        'the death to be noticed',
        async () => (await engines()).at(kill - 1)?.pid !== pid,
      );
      detected.push(performance.now() - killedAtMs);
      await until('the replica to be back', async () => (await engines()).at(kill - 1)?.isReady);
      back.push(performance.now() - killedAtMs);
    }
    const all = await load.finished();
    stage.sent.push(...all);
    const moved = await stage.movedOf(all);
    const gaps = moved.map(({ longestPauseMs }) => longestPauseMs);
    console.info(
      `scenario 2: ${all.filter(isRight).length}/${all.length} exact, ${KILLS} kills, ${moved.length} moved; ` +
        `gap p95 ${quantile(gaps, 0.95)}, max ${quantile(gaps, 1)} ms; noticed after ${quantile(detected, 1)} ms, ` +
        `back after ${quantile(back, 1)} ms with a load of ${LOAD_MS} ms`,
    );
    expect(faultsOf(all)).toEqual([]);
    expect(moved.length).toBeGreaterThan(CLIENTS / 6);
    expect(quantile(detected, 1)).toBeLessThanOrEqual(200);
    expect(quantile(back, 1)).toBeLessThanOrEqual(LOAD_MS + 2_000);
  },
  LIMIT_MS,
);

it(
  'scenario 5: an engine that hangs is killed, and its streams move within 10 s',
  async () => {
    const asked = Array.from({ length: CLIENTS }, () => ask(stage.question(300)));
    const streams = asked.map(({ seen }) => seen);
    await until('all answers to begin', () => streams.every(({ tokens }) => tokens > 0));
    const victim = await stage.busiestWorker(CLIENTS);
    const pid = await enginePid(victim);
    signalAll([pid], 'SIGSTOP');
    const all = await Promise.all(asked.map(({ ended }) => ended));
    stage.sent.push(...all);
    const moved = await stage.movedOf(all);
    const gaps = moved.map(({ longestPauseMs }) => longestPauseMs);
    await until('its replica to be back', async () => {
      const engine = (await engines()).at(victim);
      return engine?.isReady === true && engine.pid !== pid;
    });
    console.info(
      `scenario 5: ${all.filter(isRight).length}/${all.length} exact, ${moved.length} moved; ` +
        `gap p95 ${quantile(gaps, 0.95)}, max ${quantile(gaps, 1)} ms`,
    );
    expect(faultsOf(all)).toEqual([]);
    expect(moved.length).toBeGreaterThan(CLIENTS / 6);
    expect(quantile(gaps, 1)).toBeLessThanOrEqual(10_000);
  },
  LIMIT_MS,
);

itInFull(
  'scenario 7: a model that cannot load says why, is not tried in a loop, and harms no other',
  async () => {
    const { cluster, chance } = stage;
    const load = new Load(8, () => stage.question(chance.between(20, 40)));
    await createBroken('stalls', { loadStalls: true });
    await createBroken('too-large', { memoryBytes: 2 ** 50 });
    await createBroken('no-such-architecture', { loadFailure: 'unknown architecture: quux' });

    const tooLarge = await deploymentWhere('too-large', ({ failure }) => {
      return failure !== null && !failure.message.includes('being measured');
    });
    expect(tooLarge.failure?.message).toMatch(/needs 1048576\.0 GiB: weights .*GiB free of/);
    const strange = await deploymentWhere(
      'no-such-architecture',
      ({ state }) => state === 'failed',
    );
    expect(strange.failure?.message).toContain('unknown architecture: quux');
    const isTold = ({ state, progress }: DeploymentView): boolean =>
      state === 'loading' && progress !== null;
    const stalled = await deploymentWhere('stalls', isTold);
    expect(stalled).toMatchObject({ readyReplicas: 0, progress: 0 });
    if (isFull) {
      const given = ({ failure }: DeploymentView): boolean => failure !== null;
      const { failure } = await deploymentWhere('stalls', given, LOAD_LIMIT_MS + 10_000);
      expect(failure?.message).toContain('did not load within 60 s');
    }

    const path = join(cluster.folder, 'cut.gguf');
    await writeGguf(path, { shape: TINY });
    await truncate(path, 2_000);
    const [node] = (await cluster.overview()).nodes;
    const body = { path, nodeId: node?.id };
    await cluster.adminJson('/models/import', { method: 'POST', body });
    const cut = await until('the import to fail', async () => {
      const models = (await cluster.overview()).nodes.flatMap((one) => one.models);
      return models.find(({ state, fileName }) => state === 'failed' && fileName === 'cut.gguf');
    });
    expect(cut.failure?.message).toContain('truncated');

    const before = load.all.filter(isRight).length;
    await until('answers beside them', () => load.all.filter(isRight).length > before + 8);
    const starts = (await replicasOf('no-such-architecture')).map(({ restarts }) => restarts);
    const all = await load.stop();
    stage.sent.push(...all);
    console.info(
      `scenario 7: ${all.filter(isRight).length}/${all.length} exact beside four models that cannot load`,
    );
    expect(starts).toEqual(starts.map(() => 0));
    expect(faultsOf(all)).toEqual([]);
  },
  LIMIT_MS,
);

itAgreesWithTheLedger(() => stage, LIMIT_MS);

/** The replica of `steady` on each worker, in the workers' order. */
async function engines(): Promise<{ pid: number | null; isReady: boolean }[]> {
  const { nodes } = await stage.cluster.overview();
  return stage.cluster.workers.map(({ name }) => {
    const node = nodes.find((one) => one.name === name);
    const replica = node?.replicas.find(({ deployment }) => deployment === 'steady');
    return { pid: replica?.enginePid ?? null, isReady: replica?.state === 'ready' };
  });
}

async function enginePid(at: number): Promise<number> {
  const pid = (await engines()).at(at)?.pid ?? null;
  if (pid === null) throw new Error(`worker ${at} has no engine`);
  return pid;
}

async function replicasOf(name: string) {
  const { nodes } = await stage.cluster.overview();
  return nodes.flatMap(({ replicas }) => replicas.filter(({ deployment }) => deployment === name));
}

async function createBroken(name: string, fake: Partial<FakeOptions>): Promise<void> {
  const spec = { slots: 2, contextTokens: 1024, chatTemplate: fakeTemplate(fake) };
  const body = { name, model: stage.cluster.digest, replicas: 1, spec };
  await stage.cluster.adminJson('/deployments', { method: 'POST', body });
}

function deploymentWhere(
  name: string,
  is: (view: DeploymentView) => boolean,
  limitMs = 30_000,
): Promise<DeploymentView> {
  return until(
    `${name} as expected`,
    async () => {
      const answer = await stage.cluster.adminJson(`/deployments/${name}`);
      const view = deploymentViewSchema.parse(answer);
      return is(view) && view;
    },
    limitMs,
  );
}

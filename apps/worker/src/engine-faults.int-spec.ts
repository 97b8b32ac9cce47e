/** Engines that die, hang or cannot load, with real processes: what the worker says and does. */
import { until } from '@corral/testing';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './testing/is-alive.js';
import { request, type TestController } from './testing/test-controller.js';
import { WorkerRig } from './testing/worker-rig.js';

let rig: WorkerRig;
let controller: TestController;
let nodeId: string;

beforeAll(async () => {
  rig = await WorkerRig.start();
  ({ controller, nodeId } = rig);
}, 30_000);

afterAll(() => rig.stop());

/** Starts a generation that would take minutes, and waits for its first tokens. */
async function startEndless(generationId: string, replicaId: string): Promise<void> {
  const asked = request(generationId, { maxTokens: 8000 });
  const attempt = { generationId, replicaId };
  expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
  await until('tokens', () => controller.stream(generationId).tokens.length > 5);
}

describe('an engine that is killed', () => {
  it('is noticed at once, and comes back by itself', async () => {
    const { replicaId, enginePid } = await rig.ready();
    const ids = ['killed-1', 'killed-2'];
    for (const generationId of ids) await startEndless(generationId, replicaId);
    process.kill(enginePid ?? 0, 'SIGKILL');
    const killedAtMs = performance.now();
    const streams = await Promise.all(ids.map((id) => rig.finished(id)));
    expect(performance.now() - killedAtMs).toBeLessThan(200);
    // Nobody on board can have done it, so nobody is a suspect.
    const failure = { code: 'worker_lost', message: expect.stringContaining('killed') as string };
    for (const { finish, tokens } of streams) {
      expect(finish).toMatchObject({ reason: 'error', failure, completionTokens: tokens.length });
    }
    const tooSoon = { generationId: 'too-soon', replicaId };
    expect(await controller.generate(nodeId, tooSoon, request('x'))).toBe('unknown_replica');

    const again = await rig.replica(replicaId, ({ state, restarts }) => {
      return state === 'ready' && restarts === 1;
    });
    expect(again.enginePid).not.toBe(enginePid);
    const between = controller.heartbeats
      .flatMap(({ replicas }) => replicas)
      .find((one) => one.replicaId === replicaId && one.state === 'failed');
    expect(between?.failure?.message).toMatch(/signal SIGKILL.*Next start in 0\.5 s\./);
    await controller.generate(nodeId, { generationId: 'after', replicaId }, request('after'));
    expect((await rig.finished('after')).finish?.reason).toBe('length');
  }, 15_000);
});

describe('an engine that hangs', () => {
  it('is killed by the watchdog and started again', async () => {
    const { replicaId, enginePid } = await rig.ready();
    const hanging = request('[[fake {"hangAfterTokens":3}]]', { maxTokens: 10 });
    await controller.generate(nodeId, { generationId: 'hung', replicaId }, hanging);
    const { finish } = await rig.finished('hung');
    expect(finish?.failure?.code).toBe('engine_crashed');
    expect(finish?.failure?.message).toMatch(/hung: it said nothing for [67] s/);
    await until('the end of the process', () => !isAlive(enginePid ?? 0));
    await rig.replica(replicaId, ({ state }) => state === 'ready');
  }, 25_000);

  it('likewise when another program stopped it, and then nobody on board is to blame', async () => {
    const { replicaId, enginePid } = await rig.ready();
    await startEndless('stopped', replicaId);
    process.kill(enginePid ?? 0, 'SIGSTOP');
    const { finish } = await rig.finished('stopped');
    // Only Linux tells that a process is stopped.
    const code = process.platform === 'linux' ? 'worker_lost' : 'engine_crashed';
    expect(finish?.failure?.code).toBe(code);
    await until('the end of the process', () => !isAlive(enginePid ?? 0));
    await rig.replica(replicaId, ({ state }) => state === 'ready');
  }, 25_000);
});

describe('a request that kills engines', () => {
  it('is refused after the second, and harms nobody any more', async () => {
    const { replicaId } = await rig.ready();
    const deadly = request('[[fake {"crashAfterTokens":3}]]');
    for (const attempt of [1, 2]) {
      await rig.replica(replicaId, ({ state }) => state === 'ready');
      await controller.generate(nodeId, { generationId: 'deadly', replicaId, attempt }, deadly);
      const { finish } = await rig.finished('deadly', attempt);
      expect(finish?.failure?.code).toBe('engine_crashed');
      await rig.replica(replicaId, ({ state }) => state !== 'ready');
    }
    const replica = await rig.replica(replicaId, ({ state }) => state === 'ready');
    expect(replica.restarts).toBe(2);
    const third = { generationId: 'deadly', replicaId, attempt: 3 };
    expect(await controller.generate(nodeId, third, deadly)).toBe('accepted');
    expect((await rig.finished('deadly', 3)).finish?.failure?.code).toBe('internal_error');
    expect(isAlive(replica.enginePid ?? 0)).toBe(true);
  }, 15_000);
});

describe('a model that cannot be loaded', () => {
  it('is in a crash loop after three crashes, and then gets one try a minute', async () => {
    const replica = await rig.assign(
      rig.assignment({ loadFailure: 'crash' }),
      ({ failure }) => failure?.message.includes('crash loop') ?? false,
    );
    expect(replica.failure?.message).toContain('Next start in 60 s');
    expect(replica.restarts).toBe(2);
  }, 15_000);

  it('fails with the arithmetic when it is too big, before an engine is started', async () => {
    const replica = await rig.assign(
      rig.assignment({ memoryBytes: 2 ** 50 }),
      ({ state }) => state === 'failed',
    );
    expect(replica.failure?.message).toMatch(
      /needs 1048576\.0 GiB: weights 1048576\.0, KV 0\.0 \(4 slots x 8,192\).*; node has [\d.]+ GiB free of/,
    );
    expect(replica).toMatchObject({ enginePid: null, restarts: 0 });
  });

  it('fails with the reason of the engine, and is not tried again', async () => {
    const { replicaId, failure } = await rig.assign(
      rig.assignment({ loadFailure: 'no such architecture: quux' }),
      ({ state }) => state === 'failed',
    );
    expect(failure?.message).toBe('no such architecture: quux');
    const seen = controller.heartbeats.length;
    await until('three more heartbeats', () => controller.heartbeats.length >= seen + 3);
    expect(controller.replica(replicaId)).toMatchObject({ state: 'failed', restarts: 0 });
  });

  it('fails with both sizes when its file was cut in the store, and no engine is started', async () => {
    const path = join(rig.folder, 'worker', 'models', `${rig.digest}.gguf`);
    const whole = await readFile(path);
    await truncate(path, 100);
    const replica = await rig.assign(rig.assignment({}), ({ state }) => state === 'failed');
    expect(replica.failure?.message).toContain(`is damaged: it has 100 of ${whole.length} bytes`);
    expect(replica).toMatchObject({ enginePid: null, restarts: 0 });
    await writeFile(path, whole);
  });

  it('is waited for when its file is not in the store', async () => {
    const assignment = { ...rig.assignment({}), modelDigest: 'f'.repeat(64) };
    const replica = await rig.assign(assignment, ({ failure }) => failure !== null);
    expect(replica.state).toBe('assigned');
    expect(replica.failure?.message).toContain('Waits for the model file ffffffffffff…');
  });

  it('leaves other replicas alone while its load stalls', async () => {
    const stalled = rig.assignment({ loadStalls: true });
    const healthy = rig.assignment({});
    await controller.assign(nodeId, [stalled, healthy]);
    const { replicaId } = await rig.replica(healthy.replicaId, ({ state }) => state === 'ready');
    await controller.generate(nodeId, { generationId: 'unharmed', replicaId }, request('unharmed'));
    expect((await rig.finished('unharmed')).finish?.reason).toBe('length');
    const { state } = await rig.replica(stalled.replicaId, ({ progress }) => progress === 0);
    expect(state).toBe('loading');
  });
});

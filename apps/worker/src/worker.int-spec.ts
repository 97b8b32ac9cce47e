/**
 * The worker with a real NATS server and a real process for each engine; only the model is fake, so
 * that every token can be checked (`@corral/testing`, fake-engine).
 */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment, ReplicaSpec } from '@corral/contracts';
import {
  fakeEngineEntry,
  fakeSeed,
  fakeTemplate,
  fakeText,
  TINY,
  writeGguf,
  writeMalformedGguf,
  type FakeOptions,
} from '@corral/testing';
import { readSettings } from './config/settings.js';
import { engineEnvironment } from './config/engine-environment.js';
import { WorkerLog } from './infra/log.js';
import { startNats, type NatsProcess } from './testing/nats-process.js';
import { request, spec, TestController } from './testing/test-controller.js';
import { until } from './testing/until.js';
import { startWorker, type RunningWorker } from './worker.js';

const log = new WorkerLog('silent');
let folder: string;
let modelFile: string;
let nats: NatsProcess;
let controller: TestController;
let worker: RunningWorker;
let nodeId: string;
let digest: string;
let names = 0;

function freshName(kind: string): string {
  names += 1;
  return `${kind}-${names}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function replicaOf(options: Partial<FakeOptions>, change: Partial<ReplicaSpec> = {}): Assignment {
  return {
    replicaId: freshName('replica'),
    deployment: 'demo',
    revisionId: 'rev-1',
    modelDigest: digest,
    spec: spec({ chatTemplate: fakeTemplate(options), ...change }),
  };
}

function ready(replicaId: string) {
  return until(`${replicaId} to be ready`, () => {
    const replica = controller.replica(replicaId);
    return replica?.state === 'ready' && replica;
  });
}

async function assignReady(options: Partial<FakeOptions> = {}, change: Partial<ReplicaSpec> = {}) {
  const assignment = replicaOf(options, change);
  await controller.assign(nodeId, [assignment]);
  return ready(assignment.replicaId);
}

function finished(generationId: string, attempt = 1) {
  const { stream } = { stream: controller.stream(generationId, attempt) };
  return until(`${generationId} to finish`, () => stream.finish && stream);
}

async function importModel(path: string) {
  const importId = freshName('import');
  expect(await controller.op(nodeId, { op: 'import_model', importId, path })).toEqual({ ok: true });
  return until(`${importId} to end`, () => {
    const model = controller.lastHeartbeat?.models.find((one) => one.importId === importId);
    return model !== undefined && model.state !== 'importing' && model;
  });
}

function settings(home: string) {
  return readSettings({
    CORRAL_NATS_URL: nats.url,
    CORRAL_HOME: home,
    CORRAL_ENGINE_ENTRY: fakeEngineEntry(),
    CORRAL_NODE_NAME: 'spec-node',
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corral-worker-'));
  modelFile = join(folder, 'tiny.gguf');
  await writeGguf(modelFile, { shape: TINY });
  nats = await startNats();
  controller = await TestController.connect(nats.url, 'controller-1');
  worker = await startWorker(settings(folder), engineEnvironment(), log);
  nodeId = worker.nodeId;
  digest = (await importModel(modelFile)).digest ?? 'no digest';
}, 30_000);

afterAll(async () => {
  await worker.stop(0);
  await controller.close();
  await nats.kill();
  await rm(folder, { recursive: true });
});

describe('a worker on the bus', () => {
  it('tells each second what it is and has', async () => {
    const first = controller.lastHeartbeat?.sequence ?? 0;
    await until('two heartbeats', () => (controller.lastHeartbeat?.sequence ?? 0) >= first + 2);
    expect(controller.lastHeartbeat).toMatchObject({
      nodeId,
      name: 'spec-node',
      draining: false,
      platform: { engine: 'fake' },
      devices: [{ id: 'cpu', kind: 'cpu' }],
    });
    const [cpu] = controller.lastHeartbeat?.devices ?? [];
    expect(cpu?.totalBytes).toBeGreaterThan(cpu?.freeBytes ?? Infinity);
    expect(controller.lastHeartbeat?.disk?.freeBytes).toBeGreaterThan(0);
  });

  it('carries out an assignment and streams a generation in numbered pieces', async () => {
    const assignment = replicaOf({});
    const generation = await controller.assign(nodeId, [assignment]);
    const replica = await ready(assignment.replicaId);
    expect(controller.lastHeartbeat?.assignmentGeneration).toBe(generation);
    expect(replica).toMatchObject({ slots: 4, contextTokens: 8192, restarts: 0, failure: null });

    const asked = request('hello');
    const attempt = { generationId: 'plain', replicaId: replica.replicaId };
    expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
    const stream = await finished('plain');
    expect(stream.text).toBe(fakeText(fakeSeed(asked), 20));
    expect(stream.pieces.map(({ index }) => index)).toEqual([...Array(20).keys()]);
    expect(stream.finish).toMatchObject({ reason: 'length', completionTokens: 20 });
  });
});

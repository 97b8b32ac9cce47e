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

describe('attempts on a worker', () => {
  let replicaId: string;

  beforeAll(async () => {
    replicaId = (await assignReady({ tokensPerSecond: 100 })).replicaId;
  });

  it('of one controller and step share a frame', async () => {
    const before = controller.frames;
    const ids = ['shared-1', 'shared-2', 'shared-3', 'shared-4'];
    const asked = (id: string) => request(id, { maxTokens: 50 });
    await Promise.all(
      ids.map((generationId) =>
        controller.generate(nodeId, { generationId, replicaId }, asked(generationId)),
      ),
    );
    const streams = await Promise.all(ids.map((id) => finished(id)));
    expect(streams.map(({ text }) => text)).toEqual(
      ids.map((id) => fakeText(fakeSeed(asked(id)), 50)),
    );
    // 200 tokens came; one frame each would be 200 frames.
    expect(controller.frames - before).toBeLessThan(100);
  });

  it('continue after the tokens that an earlier attempt delivered', async () => {
    const whole = request('resumed', { maxTokens: 30 });
    await controller.generate(nodeId, { generationId: 'resumed', replicaId }, whole);
    const first = await finished('resumed');
    const rest = { ...whole, acceptedTokens: first.tokens.slice(0, 12), maxTokens: 18 };
    await controller.generate(nodeId, { generationId: 'resumed', replicaId, attempt: 2 }, rest);
    const second = await finished('resumed', 2);
    expect(second.pieces[0]?.index).toBe(12);
    expect(second.text).toBe(fakeText(fakeSeed(whole), 30, 12));
  });

  it('are accepted once, however often they are asked for', async () => {
    const asked = request('twice', { maxTokens: 10 });
    const attempt = { generationId: 'twice', replicaId };
    expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
    expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
    expect((await finished('twice')).text).toBe(fakeText(fakeSeed(asked), 10));
  });

  it('are refused by a replica that is not here, and beyond two waiting', async () => {
    const nowhere = { generationId: 'nowhere', replicaId: 'replica-of-another-node' };
    expect(await controller.generate(nodeId, nowhere, request('x'))).toBe('unknown_replica');
    const ids = Array.from({ length: 7 }, (_, at) => `crowd-${at}`);
    const outcomes = [];
    for (const generationId of ids) {
      const asked = request(generationId, { maxTokens: 2000 });
      outcomes.push(await controller.generate(nodeId, { generationId, replicaId }, asked));
    }
    expect(outcomes).toEqual([...Array(6).fill('accepted'), 'full']);
    const full = await until('a full replica', () => {
      const replica = controller.replica(replicaId);
      return replica?.queued === 2 && replica;
    });
    expect(full.activeSlots).toBe(4);

    for (const generationId of ids) controller.cancel(nodeId, generationId);
    for (const generationId of ids.slice(0, 6)) {
      expect((await finished(generationId)).finish?.reason).toBe('cancelled');
    }
    await until('free slots', () => controller.replica(replicaId)?.activeSlots === 0);
  });

  it('are sent again from an index on, and forgotten ten seconds after their end', async () => {
    const attempt = { generationId: 'again', replicaId };
    await controller.generate(nodeId, attempt, request('again', { maxTokens: 10 }));
    const { pieces } = await finished('again');
    const seen = pieces.length;
    expect(await controller.resend(nodeId, 'again', 6)).toBe('resent');
    await until('the pieces once more', () => pieces.length === seen + 4);
    expect(pieces.slice(seen).map(({ index }) => index)).toEqual([6, 7, 8, 9]);
    expect(pieces.at(-1)?.finish?.reason).toBe('length');
    expect(await controller.resend(nodeId, 'never-was', 0)).toBe('unknown_attempt');
  });

  it('end when their controller falls silent', async () => {
    const silent = await TestController.connect(nats.url, 'controller-silent');
    const attempt = { generationId: 'orphan', replicaId };
    await silent.generate(nodeId, attempt, request('orphan', { maxTokens: 5000 }));
    silent.fallSilent();
    const startedAtMs = performance.now();
    const stream = silent.stream('orphan');
    await until('the cancel', () => stream.finish);
    expect(stream.finish?.reason).toBe('cancelled');
    expect(performance.now() - startedAtMs).toBeGreaterThan(3_500);
    expect(performance.now() - startedAtMs).toBeLessThan(5_500);
    await silent.close();
  }, 10_000);

  it('can be counted and shown through the replica', async () => {
    const prompt = { kind: 'text', text: 'Hé' } as const;
    expect(await controller.op(nodeId, { op: 'tokenize', replicaId, prompt })).toMatchObject({
      ok: true,
      tokens: [72, 233],
    });
    expect(
      await controller.op(nodeId, { op: 'detokenize', replicaId, tokens: [72, 233] }),
    ).toMatchObject({ ok: true, text: 'Hé' });
    expect(await controller.op(nodeId, { op: 'tail_logs', replicaId, lines: 5 })).toMatchObject({
      ok: true,
      lines: ['fake engine is up'],
    });
    expect(
      await controller.op(nodeId, { op: 'tail_logs', replicaId: 'none', lines: 5 }),
    ).toMatchObject({ ok: false, failure: { code: 'not_found' } });
  });
});

describe('an engine that fails', () => {
  it('is noticed at once when killed, and comes back by itself', async () => {
    const { replicaId, enginePid } = await assignReady();
    const ids = ['killed-1', 'killed-2'];
    for (const generationId of ids) {
      const asked = request(generationId, { maxTokens: 5000 });
      await controller.generate(nodeId, { generationId, replicaId }, asked);
      await until('tokens', () => controller.stream(generationId).tokens.length > 5);
    }
    process.kill(enginePid ?? 0, 'SIGKILL');
    const killedAtMs = performance.now();
    const streams = await Promise.all(ids.map((id) => finished(id)));
    expect(performance.now() - killedAtMs).toBeLessThan(200);
    for (const { finish, tokens } of streams) {
      expect(finish).toMatchObject({
        reason: 'error',
        failure: { code: 'engine_crashed', message: 'The engine process ended (signal SIGKILL).' },
        completionTokens: tokens.length,
      });
    }
    const attempt = { generationId: 'too-soon', replicaId };
    expect(await controller.generate(nodeId, attempt, request('x'))).toBe('unknown_replica');

    const failed = await until('the failure', () => {
      return controller.heartbeats
        .flatMap(({ replicas }) => replicas)
        .find((one) => one.replicaId === replicaId && one.state === 'failed');
    });
    expect(failed.failure?.message).toContain('Next start in 0.5 s.');
    const again = await until('the restart', () => {
      const replica = controller.replica(replicaId);
      return replica?.state === 'ready' && replica.restarts === 1 && replica;
    });
    expect(again.enginePid).not.toBe(enginePid);
    await controller.generate(nodeId, { generationId: 'after', replicaId }, request('after'));
    expect((await finished('after')).finish?.reason).toBe('length');
  }, 15_000);

  it('is killed by the watchdog when it hangs', async () => {
    const { replicaId, enginePid } = await assignReady();
    const asked = request('hung', { maxTokens: 5000 });
    await controller.generate(nodeId, { generationId: 'hung', replicaId }, asked);
    await until('tokens', () => controller.stream('hung').tokens.length > 5);
    process.kill(enginePid ?? 0, 'SIGSTOP');
    const { finish } = await finished('hung');
    expect(finish?.failure?.message).toMatch(/hung: it said nothing for 1[01] s/);
    await until('the end of the process', () => !isAlive(enginePid ?? 0));
    await ready(replicaId);
  }, 25_000);

  it('is not given a request twice over that it died of twice', async () => {
    const { replicaId } = await assignReady();
    const deadly = request('[[fake {"crashAfterTokens":3}]]');
    for (const attempt of [1, 2]) {
      await ready(replicaId);
      await controller.generate(nodeId, { generationId: 'deadly', replicaId, attempt }, deadly);
      expect((await finished('deadly', attempt)).finish?.failure?.code).toBe('engine_crashed');
      await until(
        'the crash in a heartbeat',
        () => controller.replica(replicaId)?.state !== 'ready',
      );
    }
    const replica = await ready(replicaId);
    expect(replica.restarts).toBe(2);
    const third = { generationId: 'deadly', replicaId, attempt: 3 };
    expect(await controller.generate(nodeId, third, deadly)).toBe('accepted');
    expect((await finished('deadly', 3)).finish?.failure?.code).toBe('internal_error');
    expect(isAlive(replica.enginePid ?? 0)).toBe(true);
  }, 15_000);

  it('is in a crash loop after three crashes, and then waits a minute', async () => {
    const assignment = replicaOf({ loadFailure: 'crash' });
    await controller.assign(nodeId, [assignment]);
    const replica = await until('the crash loop', () => {
      const seen = controller.replica(assignment.replicaId);
      return seen?.failure?.message.includes('crash loop') && seen;
    });
    expect(replica.failure?.message).toContain('Next start in 60 s');
    expect(replica.restarts).toBe(2);
  }, 15_000);
});

describe('a model that cannot be loaded', () => {
  async function failedReplica(options: Partial<FakeOptions>) {
    const assignment = replicaOf(options);
    await controller.assign(nodeId, [assignment]);
    return until('the failure', () => {
      const replica = controller.replica(assignment.replicaId);
      return replica?.state === 'failed' && replica;
    });
  }

  it('fails with the arithmetic when it is too big, before an engine is started', async () => {
    const replica = await failedReplica({ memoryBytes: 2 ** 50 });
    expect(replica.failure?.message).toMatch(
      /needs 1048576\.0 GiB: weights 1048576\.0, KV 0\.0 \(4 slots x 8,192\).*node has [\d.]+ GiB free of/,
    );
    expect(replica).toMatchObject({ enginePid: null, restarts: 0 });
  });

  it('fails with the reason of the engine, and is not tried again', async () => {
    const replica = await failedReplica({ loadFailure: 'no such architecture: quux' });
    expect(replica.failure?.message).toBe('no such architecture: quux');
    const seen = controller.heartbeats.length;
    await until('three more heartbeats', () => controller.heartbeats.length >= seen + 3);
    expect(controller.replica(replica.replicaId)).toMatchObject({ state: 'failed', restarts: 0 });
  });

  it('is waited for when its file is not in the store', async () => {
    const assignment = { ...replicaOf({}), modelDigest: 'f'.repeat(64) };
    await controller.assign(nodeId, [assignment]);
    const replica = await until('the waiting replica', () => {
      const seen = controller.replica(assignment.replicaId);
      return seen?.failure && seen;
    });
    expect(replica).toMatchObject({
      state: 'assigned',
      failure: { message: expect.stringContaining('Waits for the model file ffffffffffff…') },
    });
  });
});

describe('the model store', () => {
  it('keeps a model under its digest, with what its header says', async () => {
    const model = await importModel(modelFile);
    expect(model).toMatchObject({
      state: 'ready',
      digest,
      fileName: 'tiny.gguf',
      facts: { architecture: 'llama', contextTokens: 2048, quantization: 'Q8_0' },
    });
    const stored = join(folder, 'worker', 'models', `${digest}.gguf`);
    expect((await stat(stored)).size).toBe((await stat(modelFile)).size);
    expect((await stat(stored)).nlink).toBe(1);
  });

  it('refuses what is no sound model, and leaves nothing behind', async () => {
    const store = join(folder, 'worker', 'models');
    const before = await readdir(store);
    const bad = join(folder, 'bad.gguf');
    await writeMalformedGguf(modelFile, bad, 'truncated-data');
    expect((await importModel(bad)).failure?.message).toMatch(
      /^bad.gguf cannot be imported: truncated: tensor \S+ ends at byte \d+ but the file has \d+\.$/,
    );
    await writeFile(bad, '<!DOCTYPE html>');
    expect((await importModel(bad)).failure?.message).toContain('starts with <!DO instead of GGUF');
    expect((await importModel(join(folder, 'none'))).failure?.message).toContain('no such file');
    expect((await importModel(folder)).failure?.message).toContain('not a regular file');
    expect((await importModel('tiny.gguf')).failure?.message).toContain('must be absolute');
    expect(await readdir(store)).toEqual(before);
  });

  it('deletes a model only when nothing uses it', async () => {
    const other = join(folder, 'other.gguf');
    await writeGguf(other, { shape: TINY, seed: 2 });
    const model = await importModel(other);
    const otherDigest = model.digest ?? '';
    const assignment = { ...replicaOf({}), modelDigest: otherDigest };
    await controller.assign(nodeId, [assignment]);
    await ready(assignment.replicaId);
    const order = { op: 'delete_model', digest: otherDigest };
    expect(await controller.op(nodeId, order)).toMatchObject({
      ok: false,
      failure: { code: 'conflict' },
    });
    await controller.assign(nodeId, []);
    await until('no replica', () => controller.lastHeartbeat?.replicas.length === 0);
    expect(await controller.op(nodeId, order)).toEqual({ ok: true });
    await until('the model to be gone', () => {
      return controller.lastHeartbeat?.models.every((one) => one.digest !== otherDigest);
    });
  });
});

describe('a connection that breaks', () => {
  it('costs no attempt: what was missed is sent again', async () => {
    const { replicaId } = await assignReady({ tokensPerSecond: 50 });
    const asked = request('through the storm', { maxTokens: 200 });
    await controller.generate(nodeId, { generationId: 'storm', replicaId }, asked);
    const stream = controller.stream('storm');
    await until('tokens', () => stream.tokens.length > 20);
    await nats.kill();
    await nats.restart();
    await until('both sides to be back', () => controller.bus.isConnected);
    await until('an answer to a resend', () => stream.finish, 10_000);
    const before = stream.pieces.length;
    expect(await controller.resend(nodeId, 'storm', 0)).toBe('resent');
    await until('all pieces', () => stream.pieces.slice(before).some(({ finish }) => finish));
    const again = stream.pieces.slice(before);
    expect(again.map(({ text }) => text).join('')).toBe(fakeText(fakeSeed(asked), 200));
  }, 30_000);
});

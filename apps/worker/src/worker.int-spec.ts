/**
 * The worker with a real NATS server and a real process for each engine; only the model is fake, so
 * that every token can be checked (`@corral/testing`, fake-engine).
 */
import { fakeSeed, fakeText, until } from '@corral/testing';
import { readLedger } from './testing/read-ledger.js';
import { request, spec, TestController } from './testing/test-controller.js';
import { WorkerRig } from './testing/worker-rig.js';

let rig: WorkerRig;
let controller: TestController;
let nodeId: string;

beforeAll(async () => {
  rig = await WorkerRig.start();
  ({ controller, nodeId } = rig);
}, 30_000);

afterAll(() => rig.stop());

describe('a worker on the bus', () => {
  it('tells each second what it is and has', async () => {
    const first = controller.lastHeartbeat?.sequence ?? 0;
    const heartbeat = await until('two heartbeats', () => {
      const last = controller.lastHeartbeat;
      return last !== null && last.sequence >= first + 2 && last.platform.engine !== null && last;
    });
    expect(heartbeat).toMatchObject({
      nodeId,
      name: 'spec-node',
      draining: false,
      platform: { engine: 'fake' },
      devices: [{ id: 'cpu', kind: 'cpu', powerWatts: null, ownBytes: 0 }],
    });
    const [cpu] = heartbeat.devices;
    expect(cpu?.foreignBytes).toBeGreaterThanOrEqual(0);
    expect(cpu?.foreignBytes).toBeLessThanOrEqual(cpu?.usedBytes ?? 0);
    expect(cpu?.totalBytes).toBeGreaterThan(cpu?.freeBytes ?? Infinity);
    expect(heartbeat.disk?.freeBytes).toBeGreaterThan(0);
  });

  it('carries out an assignment and streams a generation in numbered pieces', async () => {
    const assignment = rig.assignment({});
    const replica = await rig.assign(assignment, ({ state }) => state === 'ready');
    expect(controller.lastHeartbeat?.assignmentGeneration).toBe(1);
    expect(replica).toMatchObject({ slots: 4, contextTokens: 8192, restarts: 0, failure: null });
    // An engine is a process: it holds some memory at the least.
    expect(controller.lastHeartbeat?.devices[0]?.ownBytes).toBeGreaterThan(0);

    const asked = request('hello');
    const attempt = { generationId: 'plain', replicaId: replica.replicaId };
    expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
    const stream = await rig.finished('plain');
    expect(stream.text).toBe(fakeText(fakeSeed(asked), 20));
    expect(stream.pieces.map(({ index }) => index)).toEqual([...Array(20).keys()]);
    expect(stream.finish).toMatchObject({ reason: 'length', completionTokens: 20 });
    expect(stream.pieces[0]?.prompt).toEqual({ tokens: 5, cachedTokens: 0 });
  });

  it('tells what a model of its store takes on any machine, and of no other', async () => {
    const op = 'estimate_model' as const;
    const asked = (digest: string) => controller.op(nodeId, { op, digest, spec: spec() });
    expect(await asked(rig.digest)).toMatchObject({
      ok: true,
      estimate: { slots: 4, contextTokens: 8192, kvCacheBytes: 0 },
    });
    expect(await asked('f'.repeat(64))).toMatchObject({
      ok: false,
      failure: { code: 'not_found', message: 'The model file is not on this node.' },
    });
  });

  it('refuses an order that does not fit its contract, and goes on', async () => {
    const escape = { op: 'delete_model', digest: '../x' };
    await expect(controller.op(nodeId, escape)).rejects.toMatchObject({
      message: 'digest: must be a SHA-256 in hex',
    });
    await expect(controller.op(nodeId, { op: 'reboot' })).rejects.toMatchObject({
      message: expect.stringMatching(/^op: /),
    });
    const nobody = { op: 'tail_logs', replicaId: 'nobody', lines: 1 };
    expect(await controller.op(nodeId, nobody)).toMatchObject({ ok: false });
  });
});

describe('attempts on a worker', () => {
  let replicaId: string;

  beforeAll(async () => {
    replicaId = (await rig.ready({ tokensPerSecond: 100 })).replicaId;
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
    const streams = await Promise.all(ids.map((id) => rig.finished(id)));
    expect(streams.map(({ text }) => text)).toEqual(
      ids.map((id) => fakeText(fakeSeed(asked(id)), 50)),
    );
    // 200 tokens came; one frame each would be 200 frames.
    expect(controller.frames - before).toBeLessThan(100);
  });

  it('continue after the tokens that an earlier attempt delivered', async () => {
    const whole = request('resumed', { maxTokens: 30 });
    await controller.generate(nodeId, { generationId: 'resumed', replicaId }, whole);
    const first = await rig.finished('resumed');
    const rest = { ...whole, acceptedTokens: first.tokens.slice(0, 12), maxTokens: 18 };
    await controller.generate(nodeId, { generationId: 'resumed', replicaId, attempt: 2 }, rest);
    const second = await rig.finished('resumed', 2);
    expect(second.pieces[0]?.index).toBe(12);
    expect(second.text).toBe(fakeText(fakeSeed(whole), 30, 12));
  });

  it('are accepted once, however often they are asked for', async () => {
    const asked = request('twice', { maxTokens: 10 });
    const attempt = { generationId: 'twice', replicaId };
    expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
    expect(await controller.generate(nodeId, attempt, asked)).toBe('accepted');
    expect((await rig.finished('twice')).text).toBe(fakeText(fakeSeed(asked), 10));
  });

  it('are refused beyond two that wait, and leave their slots when cancelled', async () => {
    const ids = Array.from({ length: 7 }, (_, at) => `crowd-${at}`);
    const outcomes = [];
    for (const generationId of ids) {
      const asked = request(generationId, { maxTokens: 2000 });
      outcomes.push(await controller.generate(nodeId, { generationId, replicaId }, asked));
    }
    expect(outcomes).toEqual([...Array(6).fill('accepted'), 'full']);
    const full = await rig.replica(replicaId, ({ queued }) => queued === 2);
    expect(full.activeSlots).toBe(4);

    for (const generationId of ids) controller.cancel(nodeId, generationId);
    for (const generationId of ids.slice(0, 6)) {
      expect((await rig.finished(generationId)).finish?.reason).toBe('cancelled');
    }
    await rig.replica(replicaId, ({ activeSlots, queued }) => activeSlots + queued === 0);
  });

  it('are refused by a replica that is not here', async () => {
    const nowhere = { generationId: 'nowhere', replicaId: 'replica-of-another-node' };
    expect(await controller.generate(nodeId, nowhere, request('x'))).toBe('unknown_replica');
  });

  it('are sent again from an index on', async () => {
    const attempt = { generationId: 'again', replicaId };
    await controller.generate(nodeId, attempt, request('again', { maxTokens: 10 }));
    const { pieces } = await rig.finished('again');
    const seen = pieces.length;
    expect(await controller.resend(nodeId, 'again', 6)).toBe('resent');
    await until('the pieces once more', () => pieces.length === seen + 4);
    expect(pieces.slice(seen).map(({ index }) => index)).toEqual([6, 7, 8, 9]);
    expect(pieces.at(-1)?.finish?.reason).toBe('length');
    expect(await controller.resend(nodeId, 'never-was', 0)).toBe('unknown_attempt');
  });

  it('end when their controller falls silent, and the ledger hears what they had', async () => {
    const ledger = await readLedger(controller.bus);
    const silent = await TestController.connect(rig.nats.url, 'controller-silent');
    const attempt = { generationId: 'orphan', replicaId };
    await silent.generate(nodeId, attempt, request('orphan', { maxTokens: 5000 }));
    silent.fallSilent();
    const startedAtMs = performance.now();
    const stream = silent.stream('orphan');
    await until('the cancel', () => stream.finish);
    expect(stream.finish?.reason).toBe('cancelled');
    expect(performance.now() - startedAtMs).toBeGreaterThan(3_000);
    expect(performance.now() - startedAtMs).toBeLessThan(5_500);
    await until('the report', () => ledger.length > 0);
    expect(ledger).toEqual([
      {
        kind: 'orphaned',
        nodeId,
        ...attempt,
        attempt: 1,
        promptTokens: 'orphan'.length,
        cachedTokens: 0,
        completionTokens: stream.tokens.length,
        prefillMs: expect.any(Number),
        decodeMs: stream.finish?.timings.decodeMs,
        deviceMs: stream.finish?.timings.deviceMs,
      },
    ]);
    expect(stream.finish?.timings.deviceMs).toBeGreaterThan(1_000);
    await silent.close();
  }, 10_000);

  it('can be counted and shown through the replica', async () => {
    const prompt = { kind: 'text', text: 'Hé' } as const;
    expect(await controller.op(nodeId, { op: 'tokenize', replicaId, prompt })).toMatchObject({
      ok: true,
      tokens: [72, 233],
    });
    const tokens = [72, 233];
    expect(await controller.op(nodeId, { op: 'detokenize', replicaId, tokens })).toMatchObject({
      ok: true,
      text: 'Hé',
    });
    expect(await controller.op(nodeId, { op: 'tail_logs', replicaId, lines: 5 })).toMatchObject({
      ok: true,
      lines: ['fake engine is up'],
    });
  });
});

describe('a replica that is no longer assigned', () => {
  it('lets its attempts finish, takes no new ones, and is gone then', async () => {
    const { replicaId } = await rig.ready({ tokensPerSecond: 50 });
    const asked = request('farewell', { maxTokens: 100 });
    await controller.generate(nodeId, { generationId: 'farewell', replicaId }, asked);
    await until('tokens', () => controller.stream('farewell').tokens.length > 5);
    await controller.assign(nodeId, []);
    await rig.replica(replicaId, ({ state }) => state === 'draining');
    const late = { generationId: 'late', replicaId };
    expect(await controller.generate(nodeId, late, request('late'))).toBe('draining');
    expect((await rig.finished('farewell')).text).toBe(fakeText(fakeSeed(asked), 100));
    await until('no replica', () => controller.lastHeartbeat?.replicas.length === 0);
  });
});

describe('a connection that breaks', () => {
  it('costs no attempt and no heartbeat for longer than it lasts', async () => {
    const { replicaId } = await rig.ready({ tokensPerSecond: 50 });
    const asked = request('through the storm', { maxTokens: 200 });
    await controller.generate(nodeId, { generationId: 'storm', replicaId }, asked);
    const stream = controller.stream('storm');
    await until('tokens', () => stream.tokens.length > 20);
    await rig.nats.stop();
    await rig.nats.start();
    const { sequence } = controller.lastHeartbeat ?? { sequence: 0 };
    await rig.finished('storm');
    const before = stream.pieces.length;
    expect(await controller.resend(nodeId, 'storm', 0)).toBe('resent');
    await until('all pieces', () => stream.pieces.slice(before).some(({ finish }) => finish));
    const again = stream.pieces.slice(before);
    expect(again.map(({ text }) => text).join('')).toBe(fakeText(fakeSeed(asked), 200));
    await until('heartbeats', () => (controller.lastHeartbeat?.sequence ?? 0) > sequence + 2);
  }, 30_000);
});

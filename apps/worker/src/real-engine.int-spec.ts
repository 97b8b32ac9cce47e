/**
 * The worker with the engine that users run. Skipped where the engine is not built, so that the
 * worker's own tests need no native code.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TINY, writeGguf } from '@corral/testing';
import { engineEnvironment } from './config/engine-environment.js';
import { readSettings } from './config/settings.js';
import { WorkerLog } from './infra/log.js';
import { startNats, type NatsProcess } from './testing/nats-process.js';
import { request, spec, TestController } from './testing/test-controller.js';
import { until } from './testing/until.js';
import { startWorker, type RunningWorker } from './worker.js';

const engine = fileURLToPath(new URL('../../engine/dist/main.js', import.meta.url));
const describeBuilt = existsSync(engine) ? describe : describe.skip;

describeBuilt('a worker with the real engine', () => {
  let folder: string;
  let nats: NatsProcess;
  let controller: TestController;
  let worker: RunningWorker;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corral-real-'));
    nats = await startNats();
    controller = await TestController.connect(nats.url, 'controller-1');
    const settings = readSettings({
      CORRAL_NATS_URL: nats.url,
      CORRAL_HOME: folder,
      CORRAL_ENGINE_ENTRY: engine,
    });
    worker = await startWorker(settings, engineEnvironment(), new WorkerLog('silent'));
  }, 30_000);

  afterAll(async () => {
    await worker.stop(0);
    await controller.close();
    await nats.kill();
    await rm(folder, { recursive: true });
  });

  async function assign(file: string, size: { slots: number; contextTokens: number }) {
    const importId = file;
    await controller.op(worker.nodeId, { op: 'import_model', importId, path: file });
    const model = await until('the import', () =>
      controller.lastHeartbeat?.models.find((one) => one.importId === importId && one.digest),
    );
    const replicaId = `replica-${size.slots}`;
    await controller.assign(worker.nodeId, [
      {
        replicaId,
        deployment: 'tiny',
        revisionId: 'rev-1',
        modelDigest: model.digest ?? '',
        spec: spec(size),
      },
    ]);
    return until(
      'a settled replica',
      () => {
        const replica = controller.replica(replicaId);
        return (replica?.state === 'ready' || replica?.state === 'failed') && replica;
      },
      60_000,
    );
  }

  it('loads a model and generates the same for the same greedy request', async () => {
    const file = join(folder, 'tiny.gguf');
    await writeGguf(file, { shape: TINY });
    const replica = await assign(file, { slots: 2, contextTokens: 512 });
    expect(replica).toMatchObject({ state: 'ready', slots: 2, contextTokens: 512 });
    const { replicaId } = replica;
    for (const generationId of ['one', 'two']) {
      const asked = request('The quick brown fox', { maxTokens: 16 });
      const outcome = await controller.generate(
        worker.nodeId,
        { generationId, replicaId },
        { ...asked, cacheScope: generationId },
      );
      expect(outcome).toBe('accepted');
      await until('the finish', () => controller.stream(generationId).finish);
    }
    const [one, two] = [controller.stream('one'), controller.stream('two')];
    expect(one.finish).toMatchObject({ reason: expect.stringMatching(/stop|length/) });
    expect(one.tokens.length).toBeGreaterThan(0);
    expect(two.tokens).toEqual(one.tokens);
  }, 90_000);

  it('shows the arithmetic for a context that is too big', async () => {
    const file = join(folder, 'wide.gguf');
    await writeGguf(file, { shape: { ...TINY, contextTokens: 500_000 } });
    const replica = await assign(file, { slots: 64, contextTokens: 500_000 });
    expect(replica.state).toBe('failed');
    expect(replica.failure?.message).toMatch(/Too big: needs [\d.]+ GiB: .*\(64 slots x 500,000\)/);
    expect(replica.enginePid).toBeNull();
  }, 90_000);
});

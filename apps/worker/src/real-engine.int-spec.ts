/**
 * The worker with the engine that users run. Skipped where the engine is not built, so that the
 * worker's own tests need no native code.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObservedReplica } from '@corral/contracts';
import { TINY, writeGguf } from '@corral/testing';
import { request } from './testing/test-controller.js';
import { WorkerRig } from './testing/worker-rig.js';

const engine = fileURLToPath(new URL('../../engine/dist/main.js', import.meta.url));
const describeBuilt = existsSync(engine) ? describe : describe.skip;
const bundledModel = fileURLToPath(new URL('../../../models/corral-demo.gguf', import.meta.url));
const LOAD_LIMIT_MS = 60_000;

describeBuilt('a worker with the real engine', () => {
  let rig: WorkerRig;

  beforeAll(async () => {
    rig = await WorkerRig.start(engine);
  }, 30_000);

  afterAll(() => rig.stop());

  const isSettled = ({ state }: ObservedReplica) => state === 'ready' || state === 'failed';

  it('loads a model and generates the same for the same greedy request', async () => {
    const small = { chatTemplate: null, slots: 2, contextTokens: 512 };
    const replica = await rig.assign(rig.assignment({}, small), isSettled, LOAD_LIMIT_MS);
    expect(replica).toMatchObject({ state: 'ready', slots: 2, contextTokens: 512 });
    const { replicaId } = replica;
    for (const generationId of ['one', 'two']) {
      const asked = { ...request('The quick brown fox'), cacheScope: generationId };
      await rig.controller.generate(rig.nodeId, { generationId, replicaId }, asked);
    }
    const [one, two] = [await rig.finished('one'), await rig.finished('two')];
    expect(one.finish?.failure).toBeUndefined();
    expect(one.tokens.length).toBeGreaterThan(0);
    expect(two.tokens).toEqual(one.tokens);
  }, 90_000);

  it('answers with the bundled model', async () => {
    const modelDigest = (await rig.importModel(bundledModel)).digest ?? '';
    const assignment = { ...rig.assignment({}, { chatTemplate: null }), modelDigest };
    const { replicaId, state } = await rig.assign(assignment, isSettled, LOAD_LIMIT_MS);
    expect(state).toBe('ready');
    const messages = [{ role: 'user' as const, content: 'What is Corral?' }];
    const asked = request('', { prompt: { kind: 'chat', messages }, maxTokens: 100 });
    await rig.controller.generate(rig.nodeId, { generationId: 'demo', replicaId }, asked);
    const { text, finish } = await rig.finished('demo');
    expect(finish?.reason).toBe('stop');
    expect(text).toContain('Corral');
  }, 90_000);

  it('shows the arithmetic for a context that is too big', async () => {
    const wide = join(rig.folder, 'wide.gguf');
    await writeGguf(wide, { shape: { ...TINY, contextTokens: 500_000 } });
    const modelDigest = (await rig.importModel(wide)).digest ?? '';
    const big = { chatTemplate: null, slots: 64, contextTokens: 500_000 };
    const assignment = { ...rig.assignment({}, big), modelDigest };
    const replica = await rig.assign(assignment, isSettled, LOAD_LIMIT_MS);
    expect(replica.failure?.message).toMatch(
      /^Too big: needs [\d.]+ GiB: .*\(64 slots x 500,000\)/,
    );
    expect(replica.enginePid).toBeNull();
  }, 90_000);
});

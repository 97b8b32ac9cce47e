/** The model store through a running worker: imports, refusals, deletion. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GGUF_FAULTS, TINY, writeGguf, writeMalformedGguf, until } from '@corral/testing';
import { WorkerRig } from '../testing/worker-rig.js';

let rig: WorkerRig;
let store: string;

beforeAll(async () => {
  rig = await WorkerRig.start();
  store = join(rig.folder, 'worker', 'models');
}, 30_000);

afterAll(() => rig.stop());

describe('the model store', () => {
  it('keeps a copy under its digest, with what the header says', async () => {
    const model = await rig.importModel(rig.modelFile);
    expect(model).toMatchObject({
      state: 'ready',
      digest: rig.digest,
      fileName: 'tiny.gguf',
      facts: { architecture: 'llama', contextTokens: 2048, quantization: 'Q8_0' },
    });
    const copy = await stat(join(store, `${rig.digest}.gguf`));
    expect(copy.size).toBe((await stat(rig.modelFile)).size);
    expect(copy.nlink).toBe(1);
    expect((await readdir(store)).sort()).toEqual([`${rig.digest}.gguf`, `${rig.digest}.json`]);
  });

  it('takes the same file from several at once', async () => {
    const twin = join(rig.folder, 'twin.gguf');
    await writeGguf(twin, { shape: TINY, seed: 3 });
    const ids = ['twin-1', 'twin-2', 'twin-3'];
    for (const importId of ids) {
      await rig.controller.op(rig.nodeId, { op: 'import_model', importId, path: twin });
    }
    const models = await until('the end of all three', () => {
      const all = rig.controller.lastHeartbeat?.models ?? [];
      return all.length === 2 && !all.some(({ state }) => state === 'importing') && all;
    });
    expect(models.map(({ state }) => state)).toEqual(['ready', 'ready']);
    expect(await readdir(store)).toHaveLength(4);
  });

  it.each(GGUF_FAULTS)('refuses a model with %s, and leaves nothing behind', async (fault) => {
    const before = await readdir(store);
    const bad = join(rig.folder, 'bad.gguf');
    await writeMalformedGguf(rig.modelFile, bad, fault);
    const model = await rig.importModel(bad);
    expect(model).toMatchObject({ state: 'failed', digest: null, facts: null });
    expect(model.failure?.message).toMatch(/^bad\.gguf cannot be imported: .{20}/);
    expect(await readdir(store)).toEqual(before);
  });

  it('says what is wrong with a file that is no model at all', async () => {
    const page = join(rig.folder, 'page.gguf');
    await writeFile(page, '<!DOCTYPE html>');
    const reason = async (path: string) => (await rig.importModel(path)).failure?.message;
    expect(await reason(page)).toContain('not a GGUF file: starts with <!DO instead of GGUF');
    expect(await reason(join(rig.folder, 'none'))).toContain('there is no such file on this node');
    expect(await reason(rig.folder)).toContain('it is not a regular file');
    expect(await reason('tiny.gguf')).toContain('the path must be absolute');
  });

  it('deletes a model only when nothing uses it', async () => {
    const { controller, nodeId } = rig;
    const other = join(rig.folder, 'other.gguf');
    await writeGguf(other, { shape: TINY, seed: 2 });
    const digest = (await rig.importModel(other)).digest ?? '';
    await rig.assign(
      { ...rig.assignment({}), modelDigest: digest },
      ({ state }) => state === 'ready',
    );
    const order = { op: 'delete_model', digest };
    expect(await controller.op(nodeId, order)).toMatchObject({
      ok: false,
      failure: { code: 'conflict' },
    });
    await controller.assign(nodeId, []);
    await until('no replica', () => controller.lastHeartbeat?.replicas.length === 0);
    expect(await controller.op(nodeId, order)).toEqual({ ok: true });
    await until('the model to be gone', () => {
      return controller.lastHeartbeat?.models.every((one) => one.digest !== digest);
    });
    expect(await readdir(store)).not.toContain(`${digest}.gguf`);
  });
});

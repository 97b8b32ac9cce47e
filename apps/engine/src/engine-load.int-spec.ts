/** Loads that succeed, loads that cannot, and how the program ends. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineEstimateSchema, engineProbeSchema } from '@corral/contracts';
import {
  GGUF_FAULTS,
  M100,
  TINY,
  writeGguf,
  writeGgufHeaderOnly,
  writeMalformedGguf,
} from '@corral/testing';
import { jest } from '@jest/globals';
import { EngineProcess } from './testing/engine-process.js';

jest.setTimeout(120_000);

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let folder: string;
let tiny: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corral-engine-load-'));
  tiny = join(folder, 'tiny.gguf');
  await writeGguf(tiny, { shape: TINY });
});

afterEach(() => EngineProcess.stopAll());
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ code: number; output: unknown }> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [PROGRAM, ...args],
      (error: (Error & { code?: unknown }) | null, stdout) => {
        const code = typeof error?.code === 'number' ? error.code : 0;
        if (stdout === '' && error) reject(error);
        else resolve({ code, output: JSON.parse(stdout) as unknown });
      },
    );
  });
}

async function failedLoad(modelPath: string, spec: Record<string, unknown> = {}) {
  const engine = new EngineProcess();
  engine.sendLoad(modelPath, spec);
  await engine.waitFor(() => engine.all('failed').length > 0);
  expect(await engine.exit()).toBe(0);
  return engine.all('failed')[0];
}

describe('a load', () => {
  it.each(GGUF_FAULTS)('refuses a file with the fault %s, and ends', async (fault) => {
    const path = join(folder, `${fault}.gguf`);
    await writeMalformedGguf(tiny, path, fault);
    const failed = await failedLoad(path);
    expect(failed).toMatchObject({ retryable: false, failure: { code: 'model_unavailable' } });
  });

  it('refuses a file that is not there', async () => {
    const failed = await failedLoad(join(folder, 'nowhere.gguf'));
    expect(failed?.failure.message).toMatch(/refused/);
  });

  it('refuses what does not fit into memory, with the arithmetic', async () => {
    const path = join(folder, 'huge.gguf');
    const shape = { ...M100, layers: 400, embedding: 8192, heads: 64, kvHeads: 8, ffn: 28_672 };
    await writeGgufHeaderOnly(path, { shape });
    const failed = await failedLoad(path);
    expect(failed?.retryable).toBe(false);
    expect(failed?.failure.message).toMatch(/needs [\d,]+ MiB of memory, [\d,]+ MiB are free/);
    expect(failed?.failure.message).toMatch(/weights [\d,]+ MiB \+ KV cache/);
  });

  it('gives slots no more context than the model was trained for', async () => {
    const engine = await EngineProcess.load(tiny, { slots: 2, contextTokens: 100_000 });
    expect(engine.all('ready')[0]).toMatchObject({ slots: 2, contextTokens: TINY.contextTokens });
  });

  it('takes a quantized cache', async () => {
    const engine = await EngineProcess.load(tiny, { slots: 1, kvCacheType: 'q8_0' });
    expect((await engine.generate()).finish.reason).toBe('length');
  });

  it('refuses chats and infills that the model has no means for', async () => {
    const path = join(folder, 'bare.gguf');
    await writeGguf(path, { shape: TINY, chatTemplate: null, infill: false });
    const engine = await EngineProcess.load(path, { slots: 1 });
    const chat = await engine.generate({
      prompt: { kind: 'chat', messages: [{ role: 'user', content: 'x' }] },
    });
    expect(chat.finish.failure?.code).toBe('invalid_template');
    const infill = await engine.generate({ prompt: { kind: 'infill', prefix: 'a', suffix: 'b' } });
    expect(infill.finish.failure?.code).toBe('unsupported_parameter');
  });

  it("takes the spec's chat template in place of the model's", async () => {
    const path = join(folder, 'broken-template.gguf');
    await writeGguf(path, { shape: TINY, chatTemplate: '{% for %}' });
    const chatTemplate = "{% for m in messages %}{{ m['content'] }}{% endfor %}";
    const engine = await EngineProcess.load(path, { slots: 1, chatTemplate });
    const chat = await engine.generate({
      prompt: { kind: 'chat', messages: [{ role: 'user', content: 'x' }] },
    });
    expect(chat.finish.failure).toBeUndefined();
  });

  it.each([
    ['cannot be parsed', '{% for %}'],
    ['cannot be rendered', '{{ messages | nosuchfilter }}'],
  ])("refuses a chat template that %s, the spec's and the model's own", async (_, chatTemplate) => {
    const given = await failedLoad(tiny, { chatTemplate });
    expect(given).toMatchObject({ retryable: false, failure: { code: 'model_unavailable' } });
    expect(given?.failure.message).toMatch(/spec's chat template is broken: .+ Mend it/);
    const path = join(folder, 'own-broken-template.gguf');
    await writeGguf(path, { shape: TINY, chatTemplate });
    const own = await failedLoad(path);
    expect(own?.failure.message).toMatch(/model's own chat template is broken: .+ in the spec/);
  });
});

describe('the engine program', () => {
  it('ends when its parent is gone, also in the middle of a stream', async () => {
    const engine = await EngineProcess.load(tiny, { slots: 1, contextTokens: 2048 });
    const key = engine.start({ maxTokens: 1500 });
    await engine.waitFor(() => engine.steps(key).length > 2);
    engine.child.disconnect();
    await engine.exit();
    expect(engine.steps(key).some((step) => step.finish)).toBe(false);
  });

  it('ends at `stop`', async () => {
    const engine = await EngineProcess.load(tiny, { slots: 1 });
    engine.send({ type: 'stop' });
    expect(await engine.exit()).toBe(0);
  });

  const itOnPosix = process.platform === 'win32' ? it.skip : it;
  itOnPosix('leaves Ctrl-C to its parent', async () => {
    const engine = await EngineProcess.load(tiny, { slots: 1 });
    engine.child.kill('SIGINT');
    expect((await engine.generate()).finish.reason).toBe('length');
  });

  it('probes the machine', async () => {
    const { code, output } = await run('probe');
    expect(code).toBe(0);
    expect(engineProbeSchema.parse(output).engineVersion).toMatch(/llama\.cpp/);
  });

  it('estimates a load', async () => {
    const { code, output } = await run('estimate', tiny, '{"slots":2,"gpuLayers":0}');
    expect(code).toBe(0);
    const estimate = engineEstimateSchema.parse(output);
    expect(estimate).toMatchObject({ slots: 2, contextTokens: 2048, gpuLayers: 0, vramBytes: 0 });
    expect(estimate.ramBytes).toBe(
      estimate.weightsBytes + estimate.kvCacheBytes + estimate.computeBytes,
    );
  });

  it('says why it cannot estimate', async () => {
    const { code, output } = await run('estimate', join(folder, 'nowhere.gguf'), '{}');
    expect(code).toBe(1);
    expect(output).toMatchObject({ failure: { code: 'invalid_request' } });
    expect(await run('estimate', tiny, '{"slots":0}')).toMatchObject({ code: 1 });
  });
});

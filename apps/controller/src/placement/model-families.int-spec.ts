/**
 * Well-known models on usual machines. Their headers are written with their published dimensions, and
 * the engine's program (built: apps/engine/dist) tells what they take, as it does for real files.
 *
 * One model of each architecture and one of each way to store weights; CORRAL_FULL=1: all of them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { modelEstimateSchema, placementSchema, type ModelEstimate } from '@corral/contracts';
import { MODEL_FAMILIES, writeFamilyHeader, type Quantization } from '@corral/testing';
import { candidate, device, wanted } from '../testing/placement-scenes.js';
import { DEFAULT_MARGIN } from './memory/memory-margin.pure.js';
import { previewPlacement } from './placement-preview.pure.js';

const ENGINE = fileURLToPath(new URL('../../../engine/dist/main.js', import.meta.url));
const run = promisify(execFile);

/** Half a GiB of each GPU is the driver's and the desktop's, two of a machine the system's. */
const gpuMachine = (id: string, sizesGib: number[]) =>
  candidate(id, {
    devices: [
      device('cpu', 64, 62),
      ...sizesGib.map((gib, index) => device(`cuda${index}`, gib, gib - 0.5)),
    ],
  });
const MACHINES = [
  candidate('CPU 32', { devices: [device('cpu', 32, 30)] }),
  gpuMachine('8', [8]),
  gpuMachine('16', [16]),
  gpuMachine('24', [24]),
  gpuMachine('2 x 24', [24, 24]),
  gpuMachine('80', [80]),
];

/**
 * Slots of 8,192 tokens with a 16-bit cache that each machine holds, on the CPU or wholly on its
 * GPUs; `-`: not one. Columns as MACHINES.
 */
const SLOTS: Record<Quantization, Record<string, string>> = {
  Q4_K_M: {
    'Llama 3 8B': '23 2 9 17 37 70',
    'Llama 3 70B': '- - - - 1 14',
    'Mistral 7B': '24 2 10 17 38 71',
    'Mixtral 8x7B': '1 - - - 15 48',
    'Code Llama 7B': '6 - 2 4 9 17',
    'Code Llama 13B': '3 - 1 2 5 10',
    'Code Llama 34B': '6 - - 2 16 37',
    'CodeGemma 7B': '6 - 2 4 10 19',
    'DeepSeek Coder 6.7B': '6 - 2 4 9 17',
    'DeepSeek Coder V2 Lite': '8 - 2 5 16 31',
    'Qwen2.5-Coder 7B': '54 5 22 40 86 162',
    'Qwen2.5-Coder 32B': '4 - - 1 12 28',
  },
  Q8_0: {
    'Llama 3 8B': '20 - 6 14 34 67',
    'Llama 3 70B': '- - - - - 2',
    'Mistral 7B': '21 - 7 14 35 68',
    'Mixtral 8x7B': '- - - - - 29',
    'Code Llama 7B': '5 - 1 3 8 17',
    'Code Llama 13B': '2 - - 1 4 9',
    'Code Llama 34B': '- - - - 6 28',
    'CodeGemma 7B': '5 - 1 3 9 18',
    'DeepSeek Coder 6.7B': '5 - 1 3 8 17',
    'DeepSeek Coder V2 Lite': '5 - - 3 13 28',
    'Qwen2.5-Coder 7B': '46 - 16 33 79 155',
    'Qwen2.5-Coder 32B': '- - - - 5 21',
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corral-families-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const IN_SHORT = new Set([
  'Llama 3 8B Q4_K_M',
  'Llama 3 8B Q8_0',
  'Mixtral 8x7B Q4_K_M',
  'CodeGemma 7B Q4_K_M',
  'DeepSeek Coder V2 Lite Q4_K_M',
  'Qwen2.5-Coder 32B Q4_K_M',
]);
const cases = MODEL_FAMILIES.flatMap((family) =>
  (['Q4_K_M', 'Q8_0'] as const).map((quantization) => ({ family, quantization })),
).filter(
  ({ family, quantization }) =>
    process.env.CORRAL_FULL === '1' || IN_SHORT.has(`${family.name} ${quantization}`),
);

it('the models have every architecture among them', () => {
  const architectures = new Set(MODEL_FAMILIES.map(({ architecture }) => architecture));
  expect(new Set(cases.map(({ family }) => family.architecture))).toEqual(architectures);
});

async function estimateOf({ family, quantization }: (typeof cases)[number]) {
  const path = join(folder, `${family.name} ${quantization}.gguf`.replaceAll(' ', '-'));
  const sizeBytes = await writeFamilyHeader(path, family, quantization);
  const { stdout } = await run(process.execPath, [ENGINE, 'estimate-model', path, '{}']);
  await unlink(path);
  return { sizeBytes, estimate: modelEstimateSchema.parse(JSON.parse(stdout)) };
}

function offersOf(estimate: ModelEstimate) {
  const margins = { cpu: DEFAULT_MARGIN, cuda: DEFAULT_MARGIN, vulkan: 1, metal: 1 };
  const need = { estimate, gpuLayers: 'auto' as const, margins };
  return MACHINES.map((machine) => {
    const deviceKind = machine.devices.length > 1 ? 'cuda' : 'cpu';
    const revision = wanted({ placement: placementSchema.parse({ deviceKind }) });
    const [offer] = previewPlacement(revision, need, { nodes: [machine], placed: [] }).nodes;
    if (offer === undefined) throw new Error('a machine made no offer');
    return offer;
  });
}

describe.each(cases)('$family.name at $quantization', ({ family, quantization }) => {
  it('takes what its dimensions say, and fits where that is to be had', async () => {
    const { sizeBytes, estimate } = await estimateOf({ family, quantization });
    if (quantization === 'Q4_K_M' && family.publishedQ4Gb !== null) {
      expect(Math.abs(sizeBytes / 1e9 / family.publishedQ4Gb - 1)).toBeLessThan(0.01);
    }
    expect(estimate.cpu.weightsBytes / sizeBytes).toBeCloseTo(1, 2);
    const { layers, embedding, heads, kvHeads, latent } = family;
    const headWidth = family.headWidth ?? embedding / heads;
    const widths = latent
      ? heads * (latent.nopeWidth + latent.ropeWidth + latent.valueWidth)
      : 2 * kvHeads * headWidth;
    expect(estimate.kvCacheBytes).toBe(2 * layers * widths * 4 * 8_192);
    const offers = offersOf(estimate);
    expect(offers.map(({ maxSlots }) => maxSlots ?? '-').join(' ')).toBe(
      SLOTS[quantization][family.name],
    );
    for (const { fits, maxSlots, reason } of offers) {
      expect(fits).toBe((maxSlots ?? 0) >= 4);
      if (!fits)
        expect(reason).toMatch(/^needs [\d.]+ GiB: weights .*, KV .*; node .* GiB free of /);
    }
  });
});

it('a model that is too large for one GPU says so in figures', async () => {
  const family = MODEL_FAMILIES.find(({ name }) => name === 'Qwen2.5-Coder 32B');
  if (family === undefined) throw new Error('no such family');
  const { estimate } = await estimateOf({ family, quantization: 'Q4_K_M' });
  expect(offersOf(estimate)[3]?.reason).toBe(
    'needs 28.1 GiB: weights 18.1, KV 8.0 (4 slots x 8,192), compute 0.3, engine 0.4, margin 1.3; ' +
      'node 24 has 23.5 GiB free of 24.0, 0.5 used by others on cuda0',
  );
});

import type { EngineEstimate } from '@corral/contracts';
import { memoryShortage } from './memory.js';

const MIB = 2 ** 20;
const ESTIMATE: EngineEstimate = {
  weightsBytes: 700 * MIB,
  kvCacheBytes: 200 * MIB,
  computeBytes: 100 * MIB,
  vramBytes: 0,
  ramBytes: 1000 * MIB,
  slots: 4,
  contextTokens: 8192,
  gpuLayers: 0,
};

describe('memoryShortage', () => {
  it('finds nothing when the load fits exactly', () => {
    expect(memoryShortage(ESTIMATE, { ramBytes: 1000 * MIB, vramBytes: 0 })).toBeNull();
  });

  it('says what is needed, what is free, and how the need comes about', () => {
    expect(memoryShortage(ESTIMATE, { ramBytes: 512 * MIB, vramBytes: 0 })).toBe(
      'The model needs 1,000 MiB of memory, 512 MiB are free (weights 700 MiB + KV cache of ' +
        '4 slots of 8192 tokens 200 MiB + computation 100 MiB; 0 layers on the GPU).',
    );
  });

  it('names video memory apart', () => {
    const onGpu = { ...ESTIMATE, ramBytes: 0, vramBytes: 1000 * MIB, gpuLayers: 33 };
    expect(memoryShortage(onGpu, { ramBytes: 0, vramBytes: 999 * MIB })).toMatch(
      /needs 1,000 MiB of video memory, 999 MiB are free/,
    );
  });
});

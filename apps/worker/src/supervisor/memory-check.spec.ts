import type { EngineEstimate } from '@corral/contracts';
import { checkMemory } from './memory-check.pure.js';

const GIB = 2 ** 30;
const need: EngineEstimate = {
  weightsBytes: 4.7 * GIB,
  kvCacheBytes: 4 * GIB,
  computeBytes: 0.7 * GIB,
  vramBytes: 0,
  ramBytes: 9.4 * GIB,
  slots: 4,
  contextTokens: 8192,
  gpuLayers: 0,
};
const ram = (freeGib: number): { totalBytes: number; freeBytes: number } => ({
  totalBytes: 24 * GIB,
  freeBytes: freeGib * GIB,
});

describe('the memory check', () => {
  it('lets a model in that fits', () => {
    expect(checkMemory(need, { ram: ram(9.4), vram: null })).toEqual({ fits: true });
  });

  it('shows its arithmetic when a model does not fit now', () => {
    expect(checkMemory(need, { ram: ram(7.9), vram: null })).toEqual({
      fits: false,
      ever: true,
      message:
        'needs 9.4 GiB: weights 4.7, KV 4.0 (4 slots x 8,192), compute 0.7; ' +
        'node has 7.9 GiB free of 24.0',
    });
  });

  it('tells a model that can never fit from one that has to wait', () => {
    const giant = { ...need, ramBytes: 25 * GIB };
    expect(checkMemory(giant, { ram: ram(20), vram: null })).toMatchObject({ ever: false });
  });

  it('counts video memory by itself', () => {
    const onGpu = { ...need, ramBytes: GIB, vramBytes: 8.4 * GIB };
    const vram = { totalBytes: 8 * GIB, freeBytes: 7.5 * GIB };
    expect(checkMemory(onGpu, { ram: ram(20), vram })).toMatchObject({
      fits: false,
      ever: false,
      message: expect.stringContaining('node has 7.5 GiB of video memory free of 8.0'),
    });
  });
});

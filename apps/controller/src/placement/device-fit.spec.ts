import { device, GIB, need } from '../testing/placement-scenes.js';
import { fitOnDevices } from './device-fit.pure.js';
import { freeMemoryOf } from './memory/free-memory.pure.js';
import type { MemoryNeed } from './memory/memory-need.pure.js';

function fit(
  of: MemoryNeed,
  devices: ReturnType<typeof device>[],
  kind: 'cpu' | 'cuda' | null = null,
) {
  return fitOnDevices(of, 'g', freeMemoryOf({ devices }, []), { deviceKind: kind });
}
const reservedGib = (answer: ReturnType<typeof fit>): [string, number][] =>
  answer.fits
    ? answer.reserved.map(({ deviceId, bytes }) => [deviceId, Math.round((bytes / GIB) * 10) / 10])
    : [];

describe('the devices of a node', () => {
  it('take a replica on the fullest GPU that holds all of it', () => {
    const gpus = [device('cuda0', 24), device('cuda1', 24, 10), device('cuda2', 24, 6)];
    expect(reservedGib(fit(need(), [device('cpu', 64), ...gpus]))).toEqual([
      ['cuda1', 7.5],
      ['cpu', 0.7],
    ]);
  });

  it('share it when no single one holds it, in proportion to what is free', () => {
    const gpus = [device('cuda0', 8, 6), device('cuda1', 8, 6)];
    const answer = fit(need(), [device('cpu', 64), ...gpus]);
    // Five of nine layers each, with computation and back end on both.
    expect(reservedGib(answer)).toEqual([
      ['cuda0', 4.6],
      ['cuda1', 4.6],
      ['cpu', 0.7],
    ]);
  });

  it('share it only when each holds its part', () => {
    const gpus = [device('cuda0', 8, 4), device('cuda1', 8, 4)];
    const answer = fit(need(), [device('cpu', 64), ...gpus], 'cuda');
    expect(answer).toEqual({
      fits: false,
      reason:
        'needs 7.5 GiB: weights 3.6, KV 3.0 (4 slots x 8,192), compute 0.5, engine 0.4; node g has ' +
        '4.0 GiB free of 8.0, 4.0 used by others on cuda0, 4.0 GiB free of 8.0, 4.0 used by others on cuda1',
    });
  });

  it('leave it to the CPU when it fits no GPU, unless it asks for one', () => {
    const devices = [device('cpu', 64), device('cuda0', 6)];
    expect(reservedGib(fit(need(), devices))).toEqual([['cpu', 7.8]]);
    expect(fit(need(), devices, 'cuda').fits).toBe(false);
    expect(fit({ ...need(), gpuLayers: 9 }, devices).fits).toBe(false);
  });

  it('take only the layers that are asked for', () => {
    const devices = [device('cpu', 64), device('cuda0', 8)];
    // The output layer and four of eight blocks: 0.4 + 1.6 + 1.5 + 0.5 + 0.4 GiB.
    expect(reservedGib(fit({ ...need(), gpuLayers: 5 }, devices))).toEqual([
      ['cuda0', 4.4],
      ['cpu', 4.3],
    ]);
    expect(reservedGib(fit({ ...need(), gpuLayers: 0 }, devices))).toEqual([['cpu', 7.8]]);
  });

  it('take it on the CPU alone where that is asked for', () => {
    const devices = [device('cpu', 64), device('cuda0', 80)];
    expect(reservedGib(fit(need(), devices, 'cpu'))).toEqual([['cpu', 7.8]]);
  });

  it('take the margin of their kind', () => {
    const wide = { ...need(), margins: { cpu: 1.1, cuda: 1.5, vulkan: 1, metal: 1 } };
    expect(reservedGib(fit(wide, [device('cpu', 64)]))).toEqual([['cpu', 8.5]]);
    expect(reservedGib(fit(wide, [device('cpu', 64), device('cuda0', 24)]))[0]).toEqual([
      'cuda0',
      11,
    ]);
  });

  it('refuse a GPU replica whose rest does not fit into the memory of the machine', () => {
    const answer = fit(need(), [device('cpu', 8, 0.5), device('cuda0', 24)], 'cuda');
    expect(answer).toMatchObject({
      reason: expect.stringMatching(/^needs 0\.7 GiB of the machine's memory beside the GPU/),
    });
  });

  it('of one memory (Apple) are asked once', () => {
    const devices = [device('cpu', 16, 12), device('metal0', 12, 12)];
    expect(reservedGib(fit(need(), devices))).toEqual([['metal0', 7.5]]);
    const small = [device('cpu', 16, 12), device('metal0', 6, 6)];
    expect(fit(need(), small).fits).toBe(false);
  });
});

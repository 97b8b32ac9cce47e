import { gpuStatesOf, processMemoryOf } from './nvidia-use.pure.js';

const MIB = 1024 * 1024;

describe('who uses NVIDIA devices', () => {
  it('is told per device', () => {
    expect(gpuStatesOf('0, GPU-aa, 12\n1, GPU-bb, [N/A]\n')).toEqual([
      { deviceId: 'cuda0', uuid: 'GPU-aa', busyShare: 0.12 },
      { deviceId: 'cuda1', uuid: 'GPU-bb', busyShare: null },
    ]);
  });

  it('is told per process', () => {
    expect(processMemoryOf('GPU-aa, 4711, 2048\nGPU-aa, 4712, [N/A]\n')).toEqual([
      { uuid: 'GPU-aa', pid: 4711, bytes: 2048 * MIB },
    ]);
  });

  it('is not told by a complaint', () => {
    const complaint = 'NVIDIA-SMI has failed because it could not talk, you see, to it\n';
    expect(gpuStatesOf(complaint)).toEqual([]);
    expect(processMemoryOf(complaint)).toEqual([]);
    expect(processMemoryOf('')).toEqual([]);
  });
});

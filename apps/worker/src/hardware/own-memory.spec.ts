import type { MeasuredDevice } from './measured-device.pure.js';
import { ownBytesOf, type EngineMemory, type GpuProcesses } from './own-memory.pure.js';

const device = (id: string, kind: MeasuredDevice['kind']): MeasuredDevice => {
  const memory = { totalBytes: 100, usedBytes: 50, freeBytes: 50 };
  return { id, kind, name: id, powerWatts: null, ...memory };
};
const cpu = device('cpu', 'cpu');
const gpu0 = device('cuda0', 'cuda');
const gpu1 = device('cuda1', 'cuda');
const engine = (change: Partial<EngineMemory> = {}): EngineMemory => ({
  pid: 7,
  isLoading: false,
  usesGpu: true,
  reportedBytes: 40,
  anonymousBytes: 10,
  ...change,
});
const SILENT: GpuProcesses = { states: [], processes: [] };
const TOLD: GpuProcesses = {
  states: [
    { deviceId: 'cuda0', uuid: 'A', busyShare: null },
    { deviceId: 'cuda1', uuid: 'B', busyShare: null },
  ],
  processes: [
    { uuid: 'A', pid: 7, bytes: 20 },
    { uuid: 'B', pid: 7, bytes: 15 },
    { uuid: 'A', pid: 99, bytes: 60 },
  ],
};

describe('what engines hold', () => {
  it.each([
    ['of the memory, as the system says', cpu, [], [engine(), engine({ pid: 8 })], SILENT, 20],
    ['of the memory, while one loads', cpu, [], [engine({ isLoading: true })], SILENT, 10],
    ['of the memory, as they say', cpu, [], [engine({ anonymousBytes: null })], SILENT, 40],
    [
      'of the memory, with the model on a GPU',
      cpu,
      [gpu0],
      [engine({ anonymousBytes: null })],
      SILENT,
      0,
    ],
    ['without a process', cpu, [], [engine({ pid: null })], SILENT, 0],
    ['of a GPU, as the driver says', gpu0, [gpu0, gpu1], [engine()], TOLD, 20],
    ['of another', gpu1, [gpu0, gpu1], [engine()], TOLD, 15],
    ['of a GPU whose driver is silent', gpu0, [gpu0, gpu1], [engine()], SILENT, 20],
    ['of a GPU whose driver speaks of others', gpu0, [gpu0], [engine({ pid: 8 })], TOLD, 40],
    ['of a GPU, by a replica on the CPU', gpu0, [gpu0], [engine({ usesGpu: false })], TOLD, 0],
    ['of a GPU, while one loads unseen', gpu0, [gpu0], [engine({ isLoading: true })], SILENT, null],
  ])('%s', (_, of, gpus, engines, told, bytes) => {
    expect(ownBytesOf(of, gpus, engines, told)).toBe(bytes);
  });
});

import { decideThreads, parseCpuQuota, type CpuLimits } from './threads.pure.js';

const machine = (logicalCpus: number, overrides: Partial<CpuLimits> = {}): CpuLimits => ({
  logicalCpus,
  mathCores: logicalCpus,
  quotaCpus: null,
  ...overrides,
});
const free = { wanted: null, maxThreads: 1024 };

describe('decideThreads', () => {
  it.each([
    ['the only core', machine(1), free, 1],
    ['one of two cores, leaving one for Node', machine(2), free, 1],
    ['seven of eight cores', machine(8), free, 7],
    ['one thread per core, not per logical processor', machine(16, { mathCores: 8 }), free, 8],
    ['what the quota of a container leaves', machine(32, { quotaCpus: 4 }), free, 3],
    ['one thread for less than two CPUs of quota', machine(32, { quotaCpus: 1.5 }), free, 1],
    ['one thread for a fraction of a CPU', machine(32, { quotaCpus: 0.5 }), free, 1],
    ["its share of the machine's threads", machine(8), { wanted: null, maxThreads: 3 }, 3],
    ["the operator's word", machine(2), { wanted: 2, maxThreads: 8 }, 2],
    ["the operator's word within its share", machine(8), { wanted: 8, maxThreads: 4 }, 4],
  ])('takes %s', (_, limits, options, threads) => {
    expect(decideThreads(limits, options)).toBe(threads);
  });
});

describe('parseCpuQuota', () => {
  it.each([
    ['150000 100000\n', 1.5],
    ['max 100000\n', null],
    ['-1\n 100000\n', null],
    ['200000\n 100000\n', 2],
    ['', null],
    ['what', null],
  ])('reads %j as %p', (text, quota) => {
    expect(parseCpuQuota(text)).toBe(quota);
  });
});

import { bytesOfLimit, coresOf, coresOfCpuMax, fieldOf } from './cgroup.pure.js';

describe('the limits of a container', () => {
  it('are read from both versions of cgroups', () => {
    expect(coresOfCpuMax('150000 100000\n')).toBe(1.5);
    expect(coresOf(200_000, 100_000)).toBe(2);
    expect(bytesOfLimit('8589934592\n')).toBe(8_589_934_592);
  });

  it('are null where there are none', () => {
    expect(coresOfCpuMax('max 100000\n')).toBeNull();
    expect(coresOf(-1, 100_000)).toBeNull();
    expect(bytesOfLimit('max\n')).toBeNull();
    expect(bytesOfLimit('9223372036854771712\n')).toBeNull();
    expect(bytesOfLimit('')).toBeNull();
  });
});

describe('a file of counters', () => {
  it('is read by the name of a line', () => {
    const meminfo = 'MemTotal:       24616216 kB\nMemFree:  1 kB\nMemAvailable:   20123456 kB\n';
    expect(fieldOf(meminfo, 'MemAvailable')).toBe(20_123_456);
    expect(fieldOf('anon 5\ninactive_file 4096\n', 'inactive_file')).toBe(4096);
    expect(fieldOf(meminfo, 'Mem')).toBeNull();
  });
});

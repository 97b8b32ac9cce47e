import { bytesQuantity, formatBytes, formatBytesOf } from './format-bytes';

const GIB = 1024 ** 3;

describe('bytes', () => {
  it('are read in the binary unit in which they are 1 to 1023', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1023)).toBe('1023 B');
    expect(formatBytes(1024)).toBe('1.0 KiB');
    expect(formatBytes(7.62 * GIB)).toBe('7.6 GiB');
  });

  it('lose their decimal at 100 of a unit', () => {
    expect(formatBytes(99.94 * GIB)).toBe('99.9 GiB');
    expect(formatBytes(188.4 * GIB)).toBe('188 GiB');
  });

  it('stop at the largest unit', () => {
    expect(formatBytes(5000 * 1024 ** 5)).toBe('5000 PiB');
  });

  it('of a whole share its unit', () => {
    expect(formatBytesOf(0.4 * GIB, 23.6 * GIB)).toBe('0.4 / 23.6 GiB');
    expect(formatBytesOf(0, 0)).toBe('0 / 0 B');
  });

  it('come as figure and unit', () => {
    expect(bytesQuantity(2 * GIB)).toEqual({ figure: '2.0', unit: 'GiB' });
  });
});

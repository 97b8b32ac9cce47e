import { devicesOfNvidiaSmi } from './nvidia-smi.js';

const MIB = 1024 * 1024;

describe('the output of nvidia-smi', () => {
  it('gives one device per line, in bytes', () => {
    const csv =
      '0, NVIDIA H100 80GB HBM3, 81559, 1024, 80035, 119.87\n1, NVIDIA L4, 23034, 5, 22565, 16\n';
    expect(devicesOfNvidiaSmi(csv)).toEqual([
      {
        id: 'cuda0',
        kind: 'cuda',
        name: 'NVIDIA H100 80GB HBM3',
        totalBytes: 81_559 * MIB,
        usedBytes: 1024 * MIB,
        freeBytes: 80_035 * MIB,
        powerWatts: 119.87,
      },
      expect.objectContaining({
        id: 'cuda1',
        name: 'NVIDIA L4',
        usedBytes: 5 * MIB,
        powerWatts: 16,
      }),
    ]);
  });

  it.each(['[N/A]', '[Not Supported]', '[Unknown Error]'])(
    'has no power where it says %s',
    (no) => {
      expect(devicesOfNvidiaSmi(`0, GeForce MX150, 2048, 5, 2043, ${no}\n`)).toEqual([
        expect.objectContaining({ id: 'cuda0', totalBytes: 2048 * MIB, powerWatts: null }),
      ]);
    },
  );

  it('gives nothing for a device without figures or a complaint', () => {
    expect(devicesOfNvidiaSmi('0, Tegra, [N/A], [N/A], [N/A], [N/A]\n')).toEqual([]);
    expect(devicesOfNvidiaSmi('NVIDIA-SMI has failed because it could not talk\n')).toEqual([]);
    expect(devicesOfNvidiaSmi('')).toEqual([]);
  });
});

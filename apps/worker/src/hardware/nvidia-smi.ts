/**
 * Video memory and power per NVIDIA device, from the driver's own tool. The engine's figures are of all
 * devices together and of one process; these are per device and count everybody's use.
 */
import type { MeasuredDevice } from './measured-device.pure.js';

/** Arguments that make `nvidia-smi` print what {@link devicesOfNvidiaSmi} reads. */
export const NVIDIA_SMI_QUERY = [
  '--query-gpu=index,name,memory.total,memory.used,memory.free,power.draw',
  '--format=csv,noheader,nounits',
];

const MIB = 1024 * 1024;
const LINE = /^\s*(\d+),\s*(.+),\s*(\d+),\s*(\d+),\s*(\d+),\s*(?:(\d+(?:\.\d+)?)|\[.*\])\s*$/;

/**
 * One device per line that can be read (`0, NVIDIA L4, 23034, 5, 22565, 16.32`: MiB and watts);
 * others are left out. A device whose power cannot be measured says `[N/A]` or the like there.
 */
export function devicesOfNvidiaSmi(csv: string): MeasuredDevice[] {
  const devices: MeasuredDevice[] = [];
  for (const line of csv.split('\n')) {
    const match = LINE.exec(line);
    if (match === null) continue;
    const [, index = '', name = '', total, used, free, watts] = match;
    devices.push({
      id: `cuda${index}`,
      kind: 'cuda',
      name: name.slice(0, 200),
      totalBytes: Number(total) * MIB,
      usedBytes: Number(used) * MIB,
      freeBytes: Number(free) * MIB,
      powerWatts: watts === undefined ? null : Number(watts),
    });
  }
  return devices;
}

/**
 * Video memory per NVIDIA device, from the driver's own tool. The engine's figures are of all
 * devices together and of one process; these are per device and count everybody's use.
 */
import type { Device } from '@corral/contracts';

/** Arguments that make `nvidia-smi` print what {@link devicesOfNvidiaSmi} reads. */
export const NVIDIA_SMI_QUERY = [
  '--query-gpu=index,name,memory.total,memory.used,memory.free',
  '--format=csv,noheader,nounits',
];

const MIB = 1024 * 1024;

/** One device per line that can be read (`0, NVIDIA L4, 23034, 5, 22565`, MiB); others are left out. */
export function devicesOfNvidiaSmi(csv: string): Device[] {
  const devices: Device[] = [];
  for (const line of csv.split('\n')) {
    const match = /^\s*(\d+),\s*(.+),\s*(\d+),\s*(\d+),\s*(\d+)\s*$/.exec(line);
    if (match === null) continue;
    const [, index = '', name = '', total, used, free] = match;
    devices.push({
      id: `cuda${index}`,
      kind: 'cuda',
      name: name.slice(0, 200),
      totalBytes: Number(total) * MIB,
      usedBytes: Number(used) * MIB,
      freeBytes: Number(free) * MIB,
    });
  }
  return devices;
}

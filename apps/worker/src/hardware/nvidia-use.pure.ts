/** Who uses NVIDIA devices, from the driver's own tool. Pure. */

/** Arguments whose output {@link gpuStatesOf} reads. */
export const NVIDIA_STATE_QUERY = [
  '--query-gpu=index,uuid,utilization.gpu',
  '--format=csv,noheader,nounits',
];
/** Arguments whose output {@link processMemoryOf} reads. */
export const NVIDIA_PROCESS_QUERY = [
  '--query-compute-apps=gpu_uuid,pid,used_memory',
  '--format=csv,noheader,nounits',
];

const MIB = 1024 * 1024;

export interface GpuState {
  /** As in the heartbeat: `cuda0`. */
  deviceId: string;
  uuid: string;
  /** Share of the last moments in which anybody computed, 0 to 1; null: not told. */
  busyShare: number | null;
}

/** One device per line that can be read (`0, GPU-5f…, 12`: percent). */
export function gpuStatesOf(csv: string): GpuState[] {
  return rowsOf(csv).flatMap(([index = '', uuid = '', percent = '']) => {
    if (!/^\d+$/.test(index) || uuid === '') return [];
    const busyShare = /^\d+$/.test(percent) ? Number(percent) / 100 : null;
    return [{ deviceId: `cuda${index}`, uuid, busyShare }];
  });
}

export interface ProcessMemory {
  uuid: string;
  pid: number;
  bytes: number;
}

/**
 * One process on one device per line (`GPU-5f…, 4711, 2048`: MiB). In a container the driver's ids
 * of processes may be another world's, or there may be no lines at all.
 */
export function processMemoryOf(csv: string): ProcessMemory[] {
  return rowsOf(csv).flatMap(([uuid = '', pid = '', mib = '']) => {
    if (!/^\d+$/.test(pid) || !/^\d+$/.test(mib)) return [];
    return [{ uuid, pid: Number(pid), bytes: Number(mib) * MIB }];
  });
}

function rowsOf(csv: string): string[][] {
  return csv.split('\n').map((line) => line.split(',').map((field) => field.trim()));
}

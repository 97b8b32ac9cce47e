/** What Corral's engines hold of each device. Pure. */
import type { MeasuredDevice } from './measured-device.pure.js';
import type { GpuState, ProcessMemory } from './nvidia-use.pure.js';

export interface EngineMemory {
  /** Null: it has no process. */
  pid: number | null;
  /** It has a process, and its model is not there yet. */
  isLoading: boolean;
  /** It computes on the GPU where there is one. */
  usesGpu: boolean;
  /** What the engine says it holds; 0 until it is ready. */
  reportedBytes: number;
  /** What the system says its process holds of the main memory; null: not told. */
  anonymousBytes: number | null;
}

/** What the driver tells of processes on GPUs; both empty where it tells nothing. */
export interface GpuProcesses {
  states: readonly GpuState[];
  processes: readonly ProcessMemory[];
}

/**
 * In bytes: measured per process where the system tells, else what engines report, on several GPUs in
 * equal parts. Null: only engines could tell, and one of them is still loading.
 */
export function ownBytesOf(
  device: MeasuredDevice,
  gpus: readonly MeasuredDevice[],
  engines: readonly EngineMemory[],
  { states, processes }: GpuProcesses,
): number | null {
  const running = engines.filter(({ pid }) => pid !== null);
  if (device.kind === 'cpu') {
    const measured = running.map(({ anonymousBytes }) => anonymousBytes);
    if (!measured.includes(null)) return sum(measured.map((bytes) => bytes ?? 0));
    return reported(running.filter(({ usesGpu }) => !usesGpu || gpus.length === 0));
  }
  const users = running.filter(({ usesGpu }) => usesGpu);
  const pids = new Set(users.map(({ pid }) => pid));
  const own = processes.filter(({ pid }) => pids.has(pid));
  if (own.length > 0) {
    const uuid = states.find(({ deviceId }) => deviceId === device.id)?.uuid;
    return sum(own.filter((process) => process.uuid === uuid).map(({ bytes }) => bytes));
  }
  const all = reported(users);
  return all === null ? null : Math.round(all / gpus.length);
}

function reported(engines: readonly EngineMemory[]): number | null {
  if (engines.some(({ isLoading }) => isLoading)) return null;
  return sum(engines.map(({ reportedBytes }) => reportedBytes));
}

function sum(bytes: readonly number[]): number {
  return bytes.reduce((total, part) => total + part, 0);
}

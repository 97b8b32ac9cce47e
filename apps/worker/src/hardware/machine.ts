/** CPU cores and memory that this process may use now: the system's figures, cgroup limits counted in. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { bytesOfLimit, coresOf, coresOfCpuMax, fieldOf } from './cgroup.pure.js';
import type { Memory } from './node-memory.pure.js';

const KIB = 1024;

/** Whole cores, at least 1. `availableParallelism` already follows the CPU affinity. */
export async function availableCores(): Promise<number> {
  const cpuMax = await textOf('/sys/fs/cgroup/cpu.max');
  const quota =
    coresOfCpuMax(cpuMax) ??
    coresOf(
      Number(await textOf('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')),
      Number(await textOf('/sys/fs/cgroup/cpu/cpu.cfs_period_us')),
    );
  return Math.max(1, Math.floor(Math.min(availableParallelism(), quota ?? Infinity)));
}

/**
 * Memory in bytes. Free is what can be had without swapping: the page cache counts as free, on
 * the machine and within a container's limit.
 */
export async function availableMemory(): Promise<Memory> {
  const availableKib = fieldOf(await textOf('/proc/meminfo'), 'MemAvailable');
  const machine = {
    totalBytes: totalmem(),
    freeBytes: availableKib === null ? freemem() : availableKib * KIB,
  };
  const limitBytes = bytesOfLimit(
    (await textOf('/sys/fs/cgroup/memory.max')) ||
      (await textOf('/sys/fs/cgroup/memory/memory.limit_in_bytes')),
  );
  if (limitBytes === null || limitBytes >= machine.totalBytes) return machine;
  const usedBytes =
    bytesOfLimit(
      (await textOf('/sys/fs/cgroup/memory.current')) ||
        (await textOf('/sys/fs/cgroup/memory/memory.usage_in_bytes')),
    ) ?? 0;
  const cacheBytes =
    fieldOf(
      (await textOf('/sys/fs/cgroup/memory.stat')) ||
        (await textOf('/sys/fs/cgroup/memory/memory.stat')),
      'inactive_file',
    ) ?? 0;
  const freeBytes = limitBytes - usedBytes + cacheBytes;
  return {
    totalBytes: limitBytes,
    freeBytes: Math.max(0, Math.min(limitBytes, freeBytes, machine.freeBytes)),
  };
}

/** Empty where there is no such file: other systems, or the other version of cgroups. */
async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** Reads what `threads.pure.ts` decides on. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Llama } from 'node-llama-cpp';
import { parseCpuQuota, type CpuLimits } from './threads.pure.js';

/** Where a container sees its own CPU quota, version 2 of cgroups before version 1. */
const QUOTA_FILES = [
  ['/sys/fs/cgroup/cpu.max'],
  ['/sys/fs/cgroup/cpu/cpu.cfs_quota_us', '/sys/fs/cgroup/cpu/cpu.cfs_period_us'],
];

/** Systems without cgroups have no quota. Never rejects. */
export async function readCpuLimits(llama: Llama): Promise<CpuLimits> {
  return {
    logicalCpus: availableParallelism(),
    mathCores: Math.max(1, llama.cpuMathCores),
    quotaCpus: await readQuota(),
  };
}

async function readQuota(): Promise<number | null> {
  for (const files of QUOTA_FILES) {
    const parts = await Promise.all(files.map(readText));
    if (parts.every((part) => part !== null)) return parseCpuQuota(parts.join(' '));
  }
  return null;
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

/**
 * How many threads decode. ggml's threads wait for each other actively, so one thread more than
 * there are free cores does not cost a little but nearly everything: a decode in which one of four
 * threads waits for a core was seen to take a thousand times as long. Pure.
 */

/** What the machine has for this process. */
export interface CpuLimits {
  /** Logical processors that the process may run on (affinity). */
  logicalCpus: number;
  /** Cores that do arithmetic independently; two logical processors may share one. */
  mathCores: number;
  /** CPU time per time that the container may use; null: no limit. */
  quotaCpus: number | null;
}

/**
 * One core is left for Node, which samples, tokenizes and talks while the threads wait, unless
 * there is only one. `wanted` (the operator's word) wins over that, `maxThreads` (this engine's
 * share of the machine) over both.
 */
export function decideThreads(
  limits: CpuLimits,
  options: { wanted: number | null; maxThreads: number },
): number {
  const available = Math.min(limits.logicalCpus, Math.floor(limits.quotaCpus ?? Infinity));
  const free = Math.min(limits.mathCores, available > 1 ? available - 1 : 1);
  return Math.max(1, Math.min(options.wanted ?? free, options.maxThreads));
}

/**
 * The quota in a cgroup v2 `cpu.max` ("150000 100000": 1.5 CPUs) or in the two files of v1 joined
 * by a space; null for none or for anything unreadable.
 */
export function parseCpuQuota(text: string): number | null {
  const [quota, period] = text.trim().split(/\s+/).map(Number);
  if (quota === undefined || period === undefined) return null;
  return quota > 0 && period > 0 && Number.isFinite(quota / period) ? quota / period : null;
}

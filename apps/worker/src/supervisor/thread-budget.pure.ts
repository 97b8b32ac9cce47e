/**
 * How many CPU threads an engine may use. llama.cpp's threads spin at barriers, so more threads
 * than free cores slow decoding down by an order of magnitude: one core is left for Node where
 * there is more than one, and engines on one machine share the rest.
 */
export interface ThreadShare {
  /** Cores that this process may use, affinity and cgroup quota counted in. */
  cores: number;
  /** The operator's own budget for all engines; null: cores less one. */
  configured: number | null;
  /** Replicas that compute on the CPU, this one included. */
  cpuReplicas: number;
}

/** Threads for one engine, at least 1. */
export function maxThreadsOf({ cores, configured, cpuReplicas }: ThreadShare): number {
  const budget = configured ?? Math.max(1, cores - 1);
  return Math.max(1, Math.floor(budget / Math.max(1, cpuReplicas)));
}

/** How many cores other programs keep busy, from two looks at the counters. Pure. */
import { TICKS_PER_SECOND } from './process-use.pure.js';

export interface CpuCounters {
  atMs: number;
  /** Of all cores; null: not told. */
  busyTicks: number | null;
  /** Of this worker's processes, by their ids. */
  ownTicks: ReadonlyMap<number, number>;
}

/**
 * Cores' worth of time, 0 or more; null where it is not known. A process that has ended between the
 * looks counts with what it had before, which can only overstate the others by what it did since.
 */
export function otherCores(before: CpuCounters, now: CpuCounters): number | null {
  const seconds = (now.atMs - before.atMs) / 1_000;
  if (before.busyTicks === null || now.busyTicks === null || seconds <= 0) return null;
  let own = 0;
  for (const [pid, ticks] of now.ownTicks) own += ticks - (before.ownTicks.get(pid) ?? 0);
  const others = now.busyTicks - before.busyTicks - own;
  return Math.max(0, others) / TICKS_PER_SECOND / seconds;
}

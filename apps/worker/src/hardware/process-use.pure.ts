/** What processes take, as pure readers of the text of Linux's /proc. */
import { fieldOf } from './cgroup.pure.js';

const KIB = 1024;
/** Ticks of a second in /proc, the same on every Linux (sysconf(_SC_CLK_TCK)). */
export const TICKS_PER_SECOND = 100;

/**
 * `/proc/<pid>/status`: memory that only goes when the process lets it go, in bytes. Files that are
 * mapped (weights) are left out, as the system's own figure of used memory does. Null: not told.
 */
export function anonymousBytes(status: string): number | null {
  const anonymousKib = fieldOf(status, 'RssAnon');
  if (anonymousKib === null) return null;
  return (anonymousKib + (fieldOf(status, 'RssShmem') ?? 0)) * KIB;
}

/** `/proc/<pid>/stat`: ticks of CPU time that the process has had; null: not told. */
export function processTicks(stat: string): number | null {
  const fields = fieldsAfterName(stat);
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks : null;
}

/**
 * `/proc/<pid>/stat`: somebody has stopped the process (SIGSTOP, or a debugger), and it waits to be
 * let go on.
 */
export function isStopped(stat: string): boolean {
  return ['T', 't'].includes(fieldsAfterName(stat)[0] ?? '');
}

/** `/proc/stat`: ticks that all cores together were busy; null: not told. */
export function busyTicks(stat: string): number | null {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1];
  if (line === undefined) return null;
  const [user = NaN, nice = NaN, system = NaN, , , irq = 0, softirq = 0] = line
    .split(' ')
    .map(Number);
  const ticks = user + nice + system + irq + softirq;
  return Number.isFinite(ticks) ? ticks : null;
}

/** The name is in brackets, and may hold anything. */
function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * What the files of Linux say about limits, as pure readers of their text.
 * Both versions of cgroups spell "no limit" in their own way; either comes out as null.
 */

/** cgroup v2 `cpu.max` (`200000 100000`): cores worth of time; null: no limit. */
export function coresOfCpuMax(text: string): number | null {
  const [quota = '', period = ''] = text.trim().split(/\s+/);
  return coresOf(Number(quota), Number(period));
}

/** cgroup v1 `cpu.cfs_quota_us` and `cpu.cfs_period_us`: the same; a quota of -1 is no limit. */
export function coresOf(quotaUs: number, periodUs: number): number | null {
  const cores = quotaUs / periodUs;
  return Number.isFinite(cores) && cores > 0 ? cores : null;
}

/** A memory limit or usage file, in bytes; null: no limit (`max`, or v1's huge number). */
export function bytesOfLimit(text: string): number | null {
  const bytes = Number(text.trim() || 'none');
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

/** A line of `/proc/meminfo` or `memory.stat`, in its own unit; null when it has no such line. */
export function fieldOf(text: string, name: string): number | null {
  const line = new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(text);
  return line?.[1] === undefined ? null : Number(line[1]);
}

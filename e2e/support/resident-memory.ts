/** Memory of a process, as the system counts it. */
import { readFile } from 'node:fs/promises';

/** Resident MiB; 0 where there is no /proc (Linux has it). */
export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return Math.round(Number(kib) / 1024);
}

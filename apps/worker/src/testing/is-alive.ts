import { readFileSync } from 'node:fs';

/** Is there a process with this id that has not ended? One that only waits to be reaped has. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No Linux: whether it waits to be reaped cannot be told.
    return true;
  }
}

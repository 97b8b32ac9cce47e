/** Processes that are stopped in the middle of what they do, as a machine that hangs (SIGSTOP). */
import { readdir, readFile } from 'node:fs/promises';

/** A process and all below it; itself alone where there is no /proc (Linux has it). */
export async function processTree(root: number): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []);
  const parents = new Map<number, number>();
  for (const pid of names.map(Number).filter(Number.isInteger)) {
    const parent = await parentOf(pid);
    if (parent !== null) parents.set(pid, parent);
  }
  const tree = [root];
  // Grows while it is gone through.
  for (const one of tree) {
    for (const [pid, parent] of parents) if (parent === one) tree.push(pid);
  }
  return tree;
}

/** Null when there is no such process. */
export async function parentOf(pid: number): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in brackets may hold anything, blanks and brackets too.
  const [, parent] = /^.*\) \S (\d+) /s.exec(stat) ?? [];
  return parent === undefined ? null : Number(parent);
}

/** Those that are gone already are left out. */
export function signalAll(pids: readonly number[], signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      continue;
    }
  }
}

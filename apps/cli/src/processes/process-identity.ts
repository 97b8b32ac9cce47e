/**
 * Tells a process from a later one that was given the same number. Locks and process records
 * outlive their process after `kill -9` or a power cut, and in a container, where numbers start
 * again at 1, the same number soon means something else.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const PROBE_TIMEOUT_MS = 5_000;

/**
 * A text that no other process has, past or present: its number and the time of its start.
 * Null when there is no such process, or only the remains of one that has ended.
 */
export function processIdentity(pid: number): string | null {
  if (!exists(pid)) return null;
  if (process.platform === 'linux') return linuxIdentity(pid);
  const startedAt =
    process.platform === 'win32'
      ? probe('powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`])
      : probe('ps', ['-o', 'lstart=', '-p', String(pid)]);
  return startedAt === null ? null : `${pid} ${startedAt}`;
}

/** The whole command line of a process; null where it cannot be read. */
export function commandLine(pid: number): string | null {
  if (!exists(pid)) return null;
  if (process.platform === 'linux') {
    return readProc(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? null;
  }
  return process.platform === 'win32'
    ? probe('powershell', [
        '-NoProfile',
        '-Command',
        `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
      ])
    : probe('ps', ['-o', 'command=', '-p', String(pid)]);
}

/** Sends a signal; nothing happens when the process has gone meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends a process that leads a group, and its descendants where the system has groups, by force. */
export function killGroup(pid: number): void {
  signal(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
}

/** True once the process is gone; false when it is still there after `timeoutMs`. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  const identity = processIdentity(pid);
  const deadline = performance.now() + timeoutMs;
  while (identity !== null && processIdentity(pid) === identity) {
    if (performance.now() >= deadline) return false;
    await delay(50);
  }
  return true;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (start, in ticks since boot) of proc_pid_stat(5). */
function linuxIdentity(pid: number): string | null {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may itself hold spaces and those.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  const startedTicks = fields?.[19];
  if (state === undefined || startedTicks === undefined || state === 'Z' || state === 'X') {
    return null;
  }
  const boot = readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return `${pid} ${startedTicks} ${boot}`;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process ended between the two looks.
    return null;
  }
}

function probe(file: string, args: string[]): string | null {
  try {
    const text = execFileSync(file, args, {
      encoding: 'utf8',
      timeout: PROBE_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    }).trim();
    return text === '' ? null : text;
  } catch {
    // Both programs exit with an error when the process is not there.
    return null;
  }
}

/** How a child process ends: by itself, by being asked, or not in time. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const LAST_OUTPUT_MS = 300;

/** How it ended, in words, once it has. */
export function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => {
      const how = by === null ? `exit code ${code}` : `ended by ${by}`;
      // The last output comes between `exit` and `close`; a descendant may hold the pipes open.
      const enough = setTimeout(() => resolve(how), LAST_OUTPUT_MS);
      child.once('close', () => {
        clearTimeout(enough);
        resolve(how);
      });
    });
  });
}

/** What is wrong with a start when nothing else has happened by then. */
export async function timeOut(afterMs: number): Promise<string> {
  await delay(afterMs, undefined, { ref: false });
  return `it was not ready after ${afterMs / 1000} s`;
}

/** Windows has no signals to ask with: there a Node process ends when its IPC channel closes. */
export function askToEnd(child: ChildProcess): void {
  if (process.platform === 'win32' && child.connected) child.disconnect();
  else child.kill('SIGTERM');
}

/** The command line, as a process of its own, against a cluster. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { ADMIN_TOKEN } from './cluster.js';

const CLI = resolve(import.meta.dirname, '../../apps/cli/bin/corral.mjs');
const TIMEOUT_MS = 60_000;

/** What it printed. Rejects, with what it said on standard error, when it does not end with 0. */
export async function corral(url: string, ...args: string[]): Promise<string> {
  const where = ['--url', url, '--token', ADMIN_TOKEN];
  const options = { timeout: TIMEOUT_MS };
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args, ...where], options);
  return stdout.trimEnd();
}

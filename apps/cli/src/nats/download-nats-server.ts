/** Fetches an official nats-server build, checks its digest, and keeps the program. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import type { NatsRelease } from './nats-release.pure.js';

const run = promisify(execFile);
/** Without a way out, the next place is to be tried soon. */
const CONNECT_TIMEOUT_MS = 3_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const UNPACK_TIMEOUT_MS = 60_000;

/** Throws with the reason in a few words when it cannot be had or is not what it should be. */
export async function downloadNatsServer(release: NatsRelease, target: string): Promise<void> {
  const archive = await fetchBytes(release.url);
  const digest = createHash('sha256').update(archive).digest('hex');
  if (digest !== release.sha256) {
    throw new Error(`the SHA-256 of ${release.url} is ${digest}, not ${release.sha256}`);
  }
  const scratch = mkdtempSync(join(dirname(target), 'unpack-'));
  try {
    const file = join(scratch, 'archive');
    writeFileSync(file, archive);
    await unpack(release, file, scratch);
    const program = join(scratch, release.program);
    chmodSync(program, 0o700);
    renameSync(program, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function fetchBytes(url: string): Promise<Buffer> {
  const connecting = new AbortController();
  const timer = setTimeout(() => connecting.abort(), CONNECT_TIMEOUT_MS);
  const signal = AbortSignal.any([connecting.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
  try {
    const response = await fetch(url, { signal });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`HTTP status ${response.status} for ${url}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    throw new Error(reasonOf(cause, connecting.signal), { cause });
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(fault: unknown, connecting: AbortSignal): string {
  if (connecting.aborted) return `no answer within ${CONNECT_TIMEOUT_MS / 1000} s`;
  const { cause, message } = fault as Error;
  return cause instanceof Error ? cause.message : message;
}

async function unpack(release: NatsRelease, file: string, into: string): Promise<void> {
  if (release.url.endsWith('.tar.gz')) {
    await extract({ file, cwd: into }, [release.program]);
    return;
  }
  // Windows' own tar reads zip archives.
  await run('tar.exe', ['-xf', file, '-C', into], {
    timeout: UNPACK_TIMEOUT_MS,
    windowsHide: true,
  });
}

/**
 * One `corral up` per data folder. The lock file names its owner; a lock whose owner is gone
 * (`kill -9`, power cut) is taken over.
 */
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { processIdentity } from '../processes/process-identity.js';
import { readFileIfAny } from '../home/private-file.js';

export type LockResult = { ok: true; release: () => void } | { ok: false; ownerPid: number };

interface LockPort {
  ownPid: number;
  identityOf: (pid: number) => string | null;
}

const REAL_PORT: LockPort = { ownPid: process.pid, identityOf: processIdentity };
const ATTEMPTS = 5;

/** Takes the lock, or says which process holds it. */
export function lockHome(lockFile: string, port: LockPort = REAL_PORT): LockResult {
  const own = `${port.identityOf(port.ownPid) ?? port.ownPid}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (createWith(lockFile, own, port.ownPid)) {
      return { ok: true, release: () => releaseIfOwn(lockFile, own) };
    }
    const found = readFileIfAny(lockFile);
    if (found === undefined) continue;
    const ownerPid = Number.parseInt(found, 10);
    if (Number.isInteger(ownerPid) && port.identityOf(ownerPid) === found.trim()) {
      return { ok: false, ownerPid };
    }
    removeStale(lockFile, found, port.ownPid);
  }
  throw new Error(`The lock ${lockFile} changes too quickly; try again.`);
}

/** The file appears with its content or not at all, since a link is made in one step. */
function createWith(lockFile: string, content: string, ownPid: number): boolean {
  const draft = `${lockFile}.${ownPid}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Two starters may find the same stale lock, and the slower one would remove the new lock of the
 * faster: so it is moved aside first, looked at, and put back when it is not the one that was read.
 */
function removeStale(lockFile: string, stale: string, ownPid: number): void {
  const aside = `${lockFile}.${ownPid}.stale`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readFileIfAny(aside) === stale) rmSync(aside);
  else renameSync(aside, lockFile);
}

function releaseIfOwn(lockFile: string, own: string): void {
  if (readFileIfAny(lockFile) === own) rmSync(lockFile, { force: true });
}

/**
 * The files of the embedded PostgreSQL: made once, with one database and one user. They are made
 * beside their place and moved there when complete, so that a first start that is interrupted
 * leaves nothing half done.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../processes/process-identity.js';
import type { LogFile } from '../processes/log-file.js';
import { readFileIfAny } from '../home/private-file.js';
import type { PostgresPrograms } from './postgres-programs.js';
import type { RunAs } from './run-as.js';

export const DATABASE_USER = 'corral';
export const DATABASE_NAME = 'corral';
const INIT_TIMEOUT_MS = 120_000;

export interface PostgresCluster {
  programs: PostgresPrograms;
  runAs: RunAs;
  /** Holds the data, and belongs to the account that PostgreSQL runs under. */
  dir: string;
  log: LogFile;
}

export function dataDir(cluster: PostgresCluster): string {
  return join(cluster.dir, 'data');
}

/** Makes the files unless they are there. */
export async function ensureCluster(cluster: PostgresCluster, password: string): Promise<void> {
  const { dir, runAs } = cluster;
  mkdirSync(dir, { recursive: true });
  if (runAs.owner) chownSync(dir, runAs.owner.uid, runAs.owner.gid);
  chmodSync(dir, 0o700);
  if (existsSync(dataDir(cluster))) return;

  const draft = join(dir, 'data.new');
  const passwordFile = join(dir, 'password.new');
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (runAs.owner) chownSync(passwordFile, runAs.owner.uid, runAs.owner.gid);
  try {
    await runToEnd(cluster, cluster.programs.initdb, [
      `--pgdata=${draft}`,
      `--username=${DATABASE_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ]);
    // The single-user mode needs no server and no driver.
    await runToEnd(
      cluster,
      cluster.programs.postgres,
      ['--single', '-D', draft, 'postgres'],
      `CREATE DATABASE ${DATABASE_NAME}\n`,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, dataDir(cluster));
}

/**
 * Removes the pid file of a server that is gone. PostgreSQL does so itself, unless the number in
 * it has meanwhile been given to some other process, as happens when a container starts again.
 * Only for the holder of the data folder's lock, after leftovers were stopped.
 *
 * @returns the number of a server that does still run on these files; null when there is none
 */
export function clearStalePidFile(cluster: PostgresCluster): number | null {
  const file = join(dataDir(cluster), 'postmaster.pid');
  const pid = Number.parseInt(readFileIfAny(file) ?? '', 10);
  if (!Number.isInteger(pid)) return null;
  if (commandLine(pid)?.includes(dataDir(cluster))) return pid;
  rmSync(file, { force: true });
  return null;
}

/** Runs one of the programs; throws with the end of its output unless it exits with 0. */
function runToEnd(
  { runAs, log, dir }: PostgresCluster,
  program: string,
  args: string[],
  input = '',
): Promise<void> {
  const command = runAs.command(program, args);
  const { uid, gid } = command;
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, {
      cwd: dir,
      uid,
      gid,
      windowsHide: true,
      timeout: INIT_TIMEOUT_MS,
      env: { ...process.env, LC_ALL: 'C' },
    });
    child.stdout.on('data', (text: Buffer) => log.append(text.toString()));
    child.stderr.on('data', (text: Buffer) => log.append(text.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} failed (${code}):\n${log.tail(12).join('\n')}`));
    });
    child.stdin.end(input);
  });
}

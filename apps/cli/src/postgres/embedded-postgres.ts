/** The PostgreSQL that Corral starts itself when it is given none. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { LogFile } from '../processes/log-file.js';
import { signal, waitForEnd } from '../processes/process-identity.js';
import type { ProcessSpec } from '../processes/supervised-process.js';
import type { Home } from '../home/home.js';
import {
  clearStalePidFile,
  dataDir,
  DATABASE_NAME,
  DATABASE_USER,
  ensureCluster,
  type PostgresCluster,
} from './postgres-cluster.js';
import { postgresPrograms } from './postgres-programs.js';
import { postgresAccount } from './run-as.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 2_500;
const LEFTOVER_STOP_MS = 10_000;

export interface EmbeddedPostgres {
  spec: ProcessSpec;
  log: LogFile;
  databaseUrl: string;
}

/** Prepares the files and says how to start the server; it is not started yet. */
export async function embeddedPostgres(
  home: Home,
  { port, password }: { port: number; password: string },
): Promise<EmbeddedPostgres> {
  const programs = await postgresPrograms();
  const runAs = await postgresAccount(programs.postgres, [home.postgresDir]);
  const log = new LogFile(join(home.logsDir, 'postgres.log'));
  const cluster: PostgresCluster = { programs, runAs, log, dir: home.postgresDir };
  await ensureCluster(cluster, password);
  await stopForgotten(cluster);
  return {
    log,
    databaseUrl: `postgresql://${DATABASE_USER}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`,
    spec: {
      name: 'postgres',
      title: 'PostgreSQL',
      spawn: () => spawnServer(cluster, port),
      isReady: (sign) =>
        'line' in sign && sign.line.includes('database system is ready to accept connections'),
      startTimeoutMs: START_TIMEOUT_MS,
      stop: (child) => stopServer(cluster, child),
      stopSignal: 'SIGINT',
      stopTimeoutMs: STOP_TIMEOUT_MS,
    },
  };
}

function spawnServer(cluster: PostgresCluster, port: number): ChildProcess {
  // One of its own processes may have outlived a killed server for a moment.
  clearStalePidFile(cluster);
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    // TCP with a password is the only way in.
    'unix_socket_directories=',
    'max_connections=100',
    'lc_messages=C',
    'jit=off',
  ];
  const { file, args, uid, gid } = cluster.runAs.command(cluster.programs.postgres, [
    '-D',
    dataDir(cluster),
    ...settings.flatMap((setting) => ['-c', setting]),
  ]);
  return spawn(file, args, {
    cwd: cluster.dir,
    uid,
    gid,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
}

/** A fast shutdown: sessions are ended, everything is written. */
function stopServer(cluster: PostgresCluster, child: ChildProcess): void {
  if (process.platform !== 'win32') {
    child.kill('SIGINT');
    return;
  }
  spawn(cluster.programs.pg_ctl, ['stop', '-D', dataDir(cluster), '-m', 'fast'], {
    stdio: 'ignore',
    windowsHide: true,
  });
}

/** A server on these files that no record names: Corral was killed while it started it. */
async function stopForgotten(cluster: PostgresCluster): Promise<void> {
  const pid = clearStalePidFile(cluster);
  if (pid === null) return;
  signal(pid, 'SIGINT');
  if (await waitForEnd(pid, LEFTOVER_STOP_MS)) return;
  signal(pid, 'SIGQUIT');
  await waitForEnd(pid, LEFTOVER_STOP_MS);
}

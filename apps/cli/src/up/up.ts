/**
 * `corral up`: everything on one machine. Takes the data folder, starts what Corral stands on
 * (PostgreSQL, NATS) and then Corral itself (controller, worker), deploys the bundled model, and
 * stays until it is told to stop or a process cannot be kept running.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isLoopbackHost } from '@corral/contracts';
import { AdminClient } from '../admin/admin-client.js';
import { CliError, EXIT } from '../cli-error.js';
import { runningStateFile } from '../config/client-config.js';
import type { UpConfig } from '../config/up-config.js';
import type { FirstAdmin, Reporter } from '../output/reporter.js';
import { LogFile } from '../processes/log-file.js';
import type { ProcessStack } from '../processes/process-stack.js';
import { supervise } from '../processes/supervise.js';
import { startBackingServers } from './backing-servers.js';
import { deployBundledModel } from './bundled-model.js';
import { controllerProcess } from './controller-process.js';
import { lockHome } from './home-lock.js';
import { prepareHome, type Home } from '../home/home.js';
import { requirePort, urlOf } from '../processes/listen-address.js';
import { CONTROLLER_MAIN, requireBuilt, WORKER_MAIN } from './node-child.js';
import { writePrivateFile } from '../home/private-file.js';
import { adminTokenFile, openSecrets } from '../home/secrets.js';
import { waitForNode } from './wait-for-node.js';
import { workerProcess } from './worker-process.js';

export interface UpOptions {
  /** Deploy the bundled model. */
  model: boolean;
}

interface Session {
  config: UpConfig;
  options: UpOptions;
  reporter: Reporter;
  home: Home;
  stack: ProcessStack;
  /** Aborted when Corral is to stop. */
  stop: AbortSignal;
  startedMs: number;
}

/** Resolves after an orderly end. Throws {@link CliError} when it cannot start or go on. */
export async function up(config: UpConfig, options: UpOptions, reporter: Reporter): Promise<void> {
  const startedMs = performance.now();
  requireBuilt(CONTROLLER_MAIN);
  requireBuilt(WORKER_MAIN);
  const home = prepareHome(config.home, { asRoot: process.getuid?.() === 0 });
  const lock = lockHome(home.lockFile);
  if (!lock.ok) {
    throw new CliError(
      `Corral is already running on ${home.path} (process ${lock.ownerPid}).`,
      EXIT.inUse,
      'Stop that one first, or choose another data folder with --home or CORRAL_HOME.',
    );
  }
  try {
    await supervise({
      reporter,
      recordFile: join(home.runDir, 'processes.json'),
      start: async (stack, stop) => {
        await requirePort(config);
        await startAll({ config, options, reporter, home, stack, stop, startedMs });
      },
    });
  } finally {
    rmSync(runningStateFile(home.runDir), { force: true });
    lock.release();
  }
}

/** Starts everything and tells the user; resolves when Corral is ready. */
async function startAll(session: Session): Promise<void> {
  const { reporter, home, config } = session;
  let firstAdmin: FirstAdmin | null = null;
  const url = urlOf(config);
  try {
    const model = await startCorral(session, url, (admin) => {
      firstAdmin = admin;
    });
    reporter.ready({
      url,
      apiBaseUrl: `${url}/v1`,
      model,
      firstAdmin,
      adminTokenFile: adminTokenFile(home.secretsDir),
      home: home.path,
      startMs: performance.now() - session.startedMs,
    });
  } catch (error) {
    if (firstAdmin !== null) reporter.credentials(firstAdmin);
    throw error;
  }
}

async function startCorral(
  { config, options, reporter, home, stack, stop }: Session,
  url: string,
  onFirstAdmin: (admin: FirstAdmin) => void,
): Promise<string | null> {
  const secrets = openSecrets(home.secretsDir);
  const servers = await startBackingServers(config, { home, secrets, stack, reporter });
  stop.throwIfAborted();

  const worker = stack.push(
    workerProcess({
      home: home.path,
      nodeName: config.nodeName,
      fileServerHost: isLoopbackHost(config.host) ? undefined : config.host,
      nats: servers.workerNats,
    }),
    new LogFile(join(home.logsDir, 'worker.log')),
  );
  const controller = stack.push(
    controllerProcess(
      {
        cwd: home.path,
        host: config.host,
        port: config.port,
        databaseUrl: servers.databaseUrl,
        nats: servers.controllerNats,
        adminToken: secrets.adminToken,
        authSecret: secrets.authSecret,
        spoolDir: join(home.path, 'controller', 'spool'),
        secrets: config.controllerSecrets,
      },
      onFirstAdmin,
    ),
    new LogFile(join(home.logsDir, 'controller.log')),
  );
  await Promise.all([
    reporter.step('Starting the worker', () => worker.start()),
    reporter.step('Starting the controller', () => controller.start()),
  ]);
  stop.throwIfAborted();

  const state = { url, pid: process.pid };
  writePrivateFile(runningStateFile(home.runDir), JSON.stringify(state));
  const client = new AdminClient(url, secrets.adminToken);
  await reporter.step('Joining this machine', () => waitForNode(client, stop));
  if (!options.model) return null;
  return deployBundledModel(client, reporter, stop);
}

/**
 * `corral worker start` and `join`: one worker on this machine, kept running until it is told to
 * stop.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, EXIT } from '../cli-error.js';
import type { WorkerConfig } from '../config/worker-config.js';
import type { Reporter } from '../output/reporter.js';
import { LogFile } from '../processes/log-file.js';
import { supervise } from '../processes/supervise.js';
import { lockHome } from './home-lock.js';
import { prepareHome } from '../home/home.js';
import { joinCluster, type ClusterToJoin } from './join-cluster.js';
import { workerNats } from './nats-logins.js';
import { requireBuilt, WORKER_MAIN } from './node-child.js';
import { workerProcess } from './worker-process.js';

/**
 * Resolves after an orderly end. Throws {@link CliError} when it cannot start or go on.
 *
 * @param joining the cluster to join before; null: the machine has joined, or needs not
 */
export async function runWorker(
  config: WorkerConfig,
  joining: ClusterToJoin | null,
  reporter: Reporter,
): Promise<void> {
  requireBuilt(WORKER_MAIN);
  const home = prepareHome(config.home, { asRoot: false });
  if (joining === null && config.natsUrl === undefined && !hasJoined(home.path)) {
    throw new CliError(
      `This machine has not joined a cluster on the data folder ${home.path}.`,
      EXIT.usage,
      'Join one with `corral worker join URL TOKEN`, where `corral join-token` gives the token; or name its NATS server with --nats.',
    );
  }
  const lock = lockHome(home.lockFile);
  if (!lock.ok) {
    throw new CliError(
      `Corral is already running on ${home.path} (process ${lock.ownerPid}).`,
      EXIT.inUse,
      'Choose another data folder with --home or CORRAL_HOME.',
    );
  }
  try {
    await supervise({
      reporter,
      recordFile: join(home.runDir, 'processes.json'),
      start: async (stack) => {
        const log = new LogFile(join(home.logsDir, 'worker.log'));
        if (joining !== null) {
          await reporter.step(`Joining the cluster at ${joining.url}`, () =>
            joinCluster(joining, { home: home.path, nodeName: config.nodeName }),
          );
        }
        const nats = workerNats(config);
        const { nodeName } = config;
        const worker = stack.push(workerProcess({ home: home.path, nodeName, nats }), log);
        await reporter.step(`Starting the worker ${config.nodeName}`, () => worker.start());
        reporter.info(`Serving ${config.natsUrl ?? 'the cluster'}. Press Ctrl-C to stop.`);
      },
    });
  } finally {
    lock.release();
  }
}

/** The worker keeps its credentials there (apps/worker, config/enrolment-file.ts). */
function hasJoined(home: string): boolean {
  return existsSync(join(home, 'worker', 'enrolment.json'));
}

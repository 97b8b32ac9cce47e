/** `corral worker start`: one worker on this machine, kept running until it is told to stop. */
import { join } from 'node:path';
import { CliError, EXIT } from '../cli-error.js';
import type { WorkerConfig } from '../config/worker-config.js';
import type { Reporter } from '../output/reporter.js';
import { LogFile } from '../processes/log-file.js';
import { supervise } from '../processes/supervise.js';
import { lockHome } from './home-lock.js';
import { prepareHome } from './home.js';
import { requireBuilt, WORKER_MAIN } from './node-child.js';
import { workerProcess } from './worker-process.js';

/** Resolves after an orderly end. Throws {@link CliError} when it cannot start or go on. */
export async function runWorker(config: WorkerConfig, reporter: Reporter): Promise<void> {
  requireBuilt(WORKER_MAIN);
  const home = prepareHome(config.home, { asRoot: false });
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
        const worker = stack.push(workerProcess({ ...config, home: home.path }), log);
        await reporter.step(`Starting the worker ${config.nodeName}`, () => worker.start());
        reporter.info(`Serving ${config.natsUrl}. Press Ctrl-C to stop.`);
      },
    });
  } finally {
    lock.release();
  }
}

import type { Command } from 'commander';
import { workerConfig, type WorkerFlags } from '../config/worker-config.js';
import { runWorker } from '../up/run-worker.js';
import { reporterFor } from './command-context.js';

const EXAMPLES = `
Examples:
  CORRAL_NATS_PASSWORD=… corral worker start --nats nats://10.0.0.5:4222 --user worker
  corral worker start --nats nats://10.0.0.5:4222 --name gpu-1 --home /srv/corral-worker

The password is read from CORRAL_NATS_PASSWORD, never from an argument.`;

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('run a worker on this machine')
    .command('start')
    .description('start a worker that serves the controllers of a cluster')
    .option('--nats <url>', 'NATS server of the cluster (CORRAL_NATS_URL)')
    .option('--user <name>', 'NATS user (CORRAL_NATS_USER)')
    .option('--name <name>', 'name of this node (CORRAL_NODE_NAME; default: the host name)')
    .option('--home <dir>', 'data folder (CORRAL_HOME; default: .corral)')
    .option('--json', 'print one JSON object per event')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: WorkerFlags & { json?: boolean }) => {
      await runWorker(workerConfig(flags), reporterFor(flags.json, process.stdout));
    });
}

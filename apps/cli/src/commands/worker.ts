import type { Command } from 'commander';
import { CliError, EXIT } from '../cli-error.js';
import { workerConfig, type WorkerFlags } from '../config/worker-config.js';
import { runWorker } from '../up/run-worker.js';
import { reporterFor } from './command-context.js';

const EXAMPLES = `
Examples:
  corral worker join http://10.0.0.5:7070 corral-join-…
  corral worker start
  CORRAL_NATS_PASSWORD=… corral worker start --nats nats://10.0.0.5:4222 --user worker

\`corral join-token\` on the controller's machine gives the token. The credentials that a machine
gets when it joins are kept in the data folder, for every later start. The password of a shared
NATS user is read from CORRAL_NATS_PASSWORD, never from an argument.`;

export function addWorker(program: Command): void {
  const worker = program.command('worker').description('run a worker on this machine');

  worker
    .command('join <url> <token>')
    .description('join the cluster of a controller, and serve it')
    .option('--name <name>', 'name of this node (CORRAL_NODE_NAME; default: the host name)')
    .option('--home <dir>', 'data folder (CORRAL_HOME; default: .corral)')
    .option('--json', 'print one JSON object per event')
    .addHelpText('after', EXAMPLES)
    .action(async (url: string, token: string, flags: WorkerFlags & { json?: boolean }) => {
      const joining = { url: controllerUrl(url), token };
      await runWorker(workerConfig(flags), joining, reporterFor(flags.json, process.stdout));
    });

  worker
    .command('start')
    .description('start a worker on a machine that has joined a cluster')
    .option('--nats <url>', 'NATS server, for a machine that has not joined (CORRAL_NATS_URL)')
    .option('--user <name>', 'NATS user (CORRAL_NATS_USER)')
    .option('--name <name>', 'name of this node (CORRAL_NODE_NAME; default: the host name)')
    .option('--home <dir>', 'data folder (CORRAL_HOME; default: .corral)')
    .option('--json', 'print one JSON object per event')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: WorkerFlags & { json?: boolean }) => {
      await runWorker(workerConfig(flags), null, reporterFor(flags.json, process.stdout));
    });
}

function controllerUrl(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
  throw new CliError(
    `URL must be the controller's address, such as http://10.0.0.5:7070.`,
    EXIT.usage,
  );
}

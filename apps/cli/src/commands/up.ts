import type { Command } from 'commander';
import { upConfig, type UpFlags } from '../config/up-config.js';
import { up } from '../up/up.js';
import { reporterFor } from './command-context.js';

const EXAMPLES = `
Examples:
  corral up                         everything on this machine, console on http://127.0.0.1:7070
  corral up --port 8080             another port
  corral up --home /srv/corral      another data folder
  corral up --host 0.0.0.0          reachable from other machines, which can join
  corral up --json | jq .           one JSON object per event, for scripts

PostgreSQL and NATS are started as well, unless DATABASE_URL and NATS_URL (with NATS_USER and
NATS_PASSWORD) name your own. Ctrl-C stops everything in order; a second Ctrl-C at once.`;

export function addUp(program: Command): void {
  program
    .command('up')
    .description('start everything on this machine')
    .option('--home <dir>', 'data folder (CORRAL_HOME; default: .corral)')
    .option('--port <port>', 'port of console and API (CORRAL_PORT; default: 7070)')
    .option('--host <address>', 'address to listen on (CORRAL_HOST; default: 127.0.0.1)')
    .option('--no-model', 'do not deploy the bundled model')
    .option('--json', 'print one JSON object per event; the last of the start is "ready"')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: UpFlags) => {
      const reporter = reporterFor(flags.json, process.stdout);
      await up(upConfig(flags), { model: flags.model ?? true }, reporter);
    });
}

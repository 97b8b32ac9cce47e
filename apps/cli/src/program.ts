/** The command line as a whole: its commands, and what holds for all of them. */
import { Command } from 'commander';
import { addDeploy } from './commands/deploy.js';
import { addKeys } from './commands/keys.js';
import { addModels } from './commands/models.js';
import { addStatus } from './commands/status.js';
import { addUp } from './commands/up.js';
import { addWorker } from './commands/worker.js';

const HELP = `
Exit codes:
  0  done
  1  something that should have worked did not
  2  wrong arguments or settings
  3  the controller could not be reached
  4  the controller refused
  5  the data folder or the port is in use
  130  ended by a second Ctrl-C`;

export function createProgram(version: string): Command {
  const program = new Command('corral')
    .description('One private LLM endpoint from your own machines.')
    .version(version)
    .showHelpAfterError('(--help shows the arguments)')
    .addHelpText('after', HELP);
  addUp(program);
  addStatus(program);
  addDeploy(program);
  addModels(program);
  addKeys(program);
  addWorker(program);
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((c) => c.commands),
  ]) {
    command.exitOverride();
  }
  return program;
}

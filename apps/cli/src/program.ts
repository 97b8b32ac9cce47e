/** The command line as a whole: its commands, and what holds for all of them. */
import { Command } from 'commander';
import { addApply } from './commands/deployments/apply.js';
import { addAudit } from './commands/accounts/audit.js';
import { addCosts } from './commands/costs/costs.js';
import { addDeploy } from './commands/deployments/deploy.js';
import { addExport } from './commands/deployments/export.js';
import { addJoinToken } from './commands/accounts/join-token.js';
import { addKeys } from './commands/accounts/keys.js';
import { addModels } from './commands/deployments/models.js';
import { addNats } from './commands/nats.js';
import { addNodes } from './commands/nodes/nodes.js';
import { addQuota } from './commands/quota/quota.js';
import { addScale } from './commands/deployments/scale.js';
import { addRollout } from './commands/rollout/rollout.js';
import { addStatus } from './commands/status.js';
import { addTeams } from './commands/accounts/teams.js';
import { addUp } from './commands/up.js';
import { addUsage } from './commands/usage/usage.js';
import { addUsers } from './commands/accounts/users.js';
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
    // `usage`, `costs` and `nodes` have options of their own, and so have the commands below them.
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows the arguments)')
    .addHelpText('after', HELP);
  addUp(program);
  addStatus(program);
  addDeploy(program);
  addScale(program);
  addApply(program);
  addExport(program);
  addRollout(program);
  addModels(program);
  addNodes(program);
  addTeams(program);
  addUsers(program);
  addKeys(program);
  addQuota(program);
  addUsage(program);
  addCosts(program);
  addAudit(program);
  addJoinToken(program);
  addWorker(program);
  addNats(program);
  for (const command of everyCommand(program)) command.exitOverride();
  return program;
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

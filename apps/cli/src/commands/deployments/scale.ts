import type { Command } from 'commander';
import type { DeploymentView } from '@corral/contracts/http';
import { followDeployment } from '../../admin/follow.js';
import { wholeNumber } from '../../arguments/amount.js';
import { CliError, EXIT } from '../../cli-error.js';
import {
  adminClient,
  print,
  reporterFor,
  withClientOptions,
  type Flags,
} from '../command-context.js';
import { READY_TIMEOUT_MS } from './deploy.js';
import { replicasOf, withReplicaOptions, type ReplicaFlags } from './deployment-options.js';

interface ScaleFlags extends Flags, ReplicaFlags {
  wait: boolean;
}

const EXAMPLES = `
Examples:
  corral scale coder 3
  corral scale coder --min 1 --max 4
  corral scale coder --min 0 --max 4
  corral scale coder 0

With a number there are always so many. Between --min and --max there are as many as requests need:
one more when one has waited 5 s or slots were above 80 % for 15 s, one less after 5 minutes below
30 %. With --min 0 the last one goes when it is idle (\`corral deploy --idle-timeout\`, 5 minutes
unless given), and the next request loads it again.`;

export function addScale(program: Command): void {
  const command = program
    .command('scale <name>')
    .argument('[replicas]', 'a fixed number of copies', wholeNumber(0));
  withReplicaOptions(withClientOptions(command))
    .description('say how many copies of a deployment there are')
    .option('--no-wait', 'return at once instead of when they are ready')
    .addHelpText('after', EXAMPLES)
    .action(scale);
}

async function scale(name: string, replicas: number | undefined, flags: ScaleFlags) {
  const isBounded = flags.min !== undefined || flags.max !== undefined;
  if ((replicas !== undefined) === isBounded) {
    throw new CliError('Give a number of replicas, or --min and --max.', EXIT.usage);
  }
  const client = adminClient(flags);
  const body = replicasOf({ ...flags, ...(replicas === undefined ? {} : { replicas }) });
  const scaled = await client.updateDeployment(name, body);
  if (!flags.wait || scaled.desiredReplicas === 0) {
    return print(flags.json, scaled, scaledText(scaled));
  }
  const ready = await reporterFor(flags.json, process.stderr).step(
    `Scaling ${name} to ${scaled.desiredReplicas}`,
    (detail) =>
      followDeployment(
        client,
        name,
        { detail, timeoutMs: READY_TIMEOUT_MS },
        ({ readyReplicas, desiredReplicas }) => readyReplicas === desiredReplicas,
      ),
  );
  print(flags.json, ready, scaledText(ready));
}

function scaledText({ name, desiredReplicas, readyReplicas, ...view }: DeploymentView): string {
  const bounds =
    view.minReplicas === null ? '' : `, between ${view.minReplicas} and ${view.maxReplicas}`;
  return `${name} has ${readyReplicas} of ${desiredReplicas} replicas ready${bounds}.`;
}

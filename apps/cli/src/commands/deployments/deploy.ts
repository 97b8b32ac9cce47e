import { Option, type Command } from 'commander';
import {
  rolloutStrategySchema,
  type DeploymentView,
  type RolloutStrategy,
} from '@corral/contracts/http';
import type { AdminClient } from '../../admin/admin-client.js';
import { followDeployment } from '../../admin/follow.js';
import { CliError, EXIT } from '../../cli-error.js';
import { declaredOf, type Declared } from '../../documents/declared.pure.js';
import { changeLines } from './apply-text.pure.js';
import {
  adminClient,
  print,
  reporterFor,
  withClientOptions,
  type Flags,
} from '../command-context.js';
import {
  fieldsOf,
  withDeploymentOptions,
  type DeploymentFields,
  type DeploymentFlags,
} from './deployment-options.js';
import { deploymentTable } from '../status.js';

interface DeployFlags extends Flags, DeploymentFlags {
  name: string;
  strategy?: RolloutStrategy['method'];
  plan?: true;
  wait: boolean;
}

export const READY_TIMEOUT_MS = 30 * 60 * 1000;

const EXAMPLES = `
Examples:
  corral deploy qwen3-8b-q4_k_m.gguf --name qwen3 --slots 8 --context 16384
  corral deploy 3f9a1c20 --name coder --min 0 --max 4 --idle-timeout 10m --alias gpt-4o
  corral deploy --name coder --slots 16 --plan
  corral deployments
  corral undeploy coder

MODEL is a file name or the beginning of a digest, as \`corral models list\` shows them. Where a
deployment of that name is there, it is changed: what is not named stays as it is.`;

export function addDeploy(program: Command): void {
  withDeploymentOptions(withClientOptions(program.command('deploy [model]')))
    .description('load a model and serve it under a name, or change what is served')
    .requiredOption('--name <name>', 'what clients put into "model"')
    .addOption(
      new Option('--strategy <method>', 'how a new revision follows the old one').choices([
        'surge',
        'drain_and_swap',
      ]),
    )
    .option('--plan', 'only show what would be done, and where it would be loaded')
    .option('--no-wait', 'return at once instead of when it answers')
    .addHelpText('after', EXAMPLES)
    .action(deploy);

  withClientOptions(program.command('deployments'))
    .description('list deployments')
    .action(async (flags: Flags) => {
      const all = await adminClient(flags).deployments();
      print(flags.json, all, deploymentTable(all));
    });

  withClientOptions(program.command('undeploy <name>'))
    .description('stop serving a deployment and unload it')
    .action(undeploy);
}

async function deploy(model: string | undefined, flags: DeployFlags): Promise<void> {
  const client = adminClient(flags);
  const present = (await client.deployments()).find(({ name }) => name === flags.name);
  const fields = fieldsOf(flags, present);
  if (flags.plan) return showPlan(client, flags, declaredAfter(flags.name, model, fields, present));
  const strategy =
    flags.strategy === undefined
      ? {}
      : { strategy: rolloutStrategySchema.parse({ method: flags.strategy }) };
  const deployed =
    present === undefined
      ? await client.createDeployment({ name: flags.name, model: needed(model), ...fields })
      : await client.updateDeployment(flags.name, { model, ...fields, ...strategy });
  await showDeployed(client, deployed, flags);
}

/** Waits for it where that is wanted, with its progress; then says how it is. */
async function showDeployed(
  client: AdminClient,
  deployed: DeploymentView,
  { json, wait }: DeployFlags,
): Promise<void> {
  const { name, modelName, rollout } = deployed;
  if (!wait || deployed.desiredReplicas === 0) {
    return print(json, deployed, `${name} is ${deployed.state}.`);
  }
  const ready = await reporterFor(json, process.stderr).step(
    `Loading ${modelName} as ${name}`,
    (detail) =>
      followDeployment(
        client,
        name,
        { detail, timeoutMs: READY_TIMEOUT_MS },
        (view) => view.rollout === null,
      ),
  );
  if (rollout !== null && ready.revision !== rollout.toRevision) {
    throw new CliError(
      `${name} still serves revision ${ready.revision}: revision ${rollout.toRevision} was rolled back.`,
      EXIT.refused,
      `\`corral rollout history ${name}\` says why.`,
    );
  }
  print(json, ready, `${name} is ready with ${ready.slots} slots.`);
}

/** As a file would declare it once it is changed so. */
function declaredAfter(
  name: string,
  model: string | undefined,
  fields: DeploymentFields,
  present: DeploymentView | undefined,
): Declared {
  const { spec, ...rest } = fields;
  if (present === undefined) return { name, model: needed(model), ...rest, spec };
  const { replicas, minReplicas, maxReplicas, ...before } = declaredOf(present);
  const isFixed = rest.replicas !== undefined;
  const isScaled = rest.minReplicas !== undefined || rest.maxReplicas !== undefined;
  return {
    ...before,
    ...(isFixed || isScaled ? {} : { replicas }),
    ...(isFixed ? {} : { minReplicas, maxReplicas }),
    ...(model === undefined ? {} : { model }),
    ...rest,
    spec: { ...before.spec, ...spec },
  };
}

async function showPlan(client: AdminClient, flags: DeployFlags, after: Declared): Promise<void> {
  const documents = [{ apiVersion: 'corral/v1' as const, deployments: [after] }];
  const plan = await client.apply({ documents, dryRun: true });
  print(flags.json, plan, plan.changes.flatMap(changeLines).join('\n'));
}

function needed(model: string | undefined): string {
  if (model !== undefined) return model;
  throw new CliError(
    'There is no deployment of that name yet: name the model to load.',
    EXIT.usage,
    '`corral models list` lists them.',
  );
}

async function undeploy(name: string, flags: Flags): Promise<void> {
  await adminClient(flags).deleteDeployment(name);
  print(flags.json, { undeployed: name }, `${name} is no longer served.`);
}

import type { Command } from 'commander';
import { followDeployment } from '../admin/follow.js';
import { wholeNumber } from '../arguments/amount.js';
import {
  adminClient,
  print,
  reporterFor,
  withClientOptions,
  type Flags,
} from './command-context.js';
import { deploymentTable } from './status.js';

interface DeployFlags extends Flags {
  name: string;
  slots: number;
  context?: number;
  threads?: number;
  gpuLayers: number | 'auto';
  replicas: number;
  node?: string;
  wait: boolean;
}

const READY_TIMEOUT_MS = 30 * 60 * 1000;

const EXAMPLES = `
Examples:
  corral deploy qwen3-8b-q4_k_m.gguf --name qwen3 --slots 8 --context 16384
  corral deploy 3f9a1c20 --name coder --gpu-layers 99
  corral deployments
  corral undeploy coder

MODEL is a file name or the beginning of a digest, as \`corral models list\` shows them.`;

function gpuLayers(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : wholeNumber(0)(text);
}

export function addDeploy(program: Command): void {
  withClientOptions(program.command('deploy <model>'))
    .description('load a model and serve it under a name')
    .requiredOption('--name <name>', 'what clients put into "model"')
    .option('--slots <n>', 'requests answered at the same time', wholeNumber(1), 4)
    .option(
      '--context <tokens>',
      "context of each slot (default: the model's own)",
      wholeNumber(64),
    )
    .option('--threads <n>', 'CPU threads (default: chosen from the cores)', wholeNumber(1))
    .option('--gpu-layers <n>', 'layers on the GPU, or "auto"', gpuLayers, 'auto')
    .option('--replicas <n>', 'copies', wholeNumber(1), 1)
    .option('--node <id>', 'the node to load it on')
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

async function deploy(model: string, flags: DeployFlags): Promise<void> {
  const client = adminClient(flags);
  const created = await client.createDeployment({
    name: flags.name,
    model,
    replicas: flags.replicas,
    nodeId: flags.node,
    spec: {
      slots: flags.slots,
      contextTokens: flags.context ?? null,
      threads: flags.threads ?? null,
      gpuLayers: flags.gpuLayers,
    },
  });
  if (!flags.wait) return print(flags.json, created, `${created.name} is ${created.state}.`);
  const ready = await reporterFor(flags.json, process.stderr).step(
    `Loading ${created.modelName} as ${created.name}`,
    (detail) => followDeployment(client, created.name, { detail, timeoutMs: READY_TIMEOUT_MS }),
  );
  print(flags.json, ready, `${ready.name} is ready with ${ready.slots} slots.`);
}

async function undeploy(name: string, flags: Flags): Promise<void> {
  await adminClient(flags).deleteDeployment(name);
  print(flags.json, { undeployed: name }, `${name} is no longer served.`);
}

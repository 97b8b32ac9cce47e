import type { Command } from 'commander';
import type { DeploymentView, NodeView, Overview } from '@corral/contracts/http';
import { formatBytes, table } from '../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from './command-context.js';
import { stateText } from './nodes/node-text.js';

const EXAMPLES = `
Examples:
  corral status
  corral status --json | jq .rates
  corral status --url https://corral.example.net --token "$TOKEN"`;

export function addStatus(program: Command): void {
  withClientOptions(program.command('status'))
    .description('show nodes, deployments and rates')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const overview = await adminClient(flags).overview();
      print(flags.json, overview, statusText(overview));
    });
}

export function statusText(overview: Overview): string {
  const { rates } = overview;
  return [
    `Corral ${overview.version} is ${overview.status}.`,
    ...overview.problems.map((problem) => `  ${problem}`),
    '',
    table(
      ['NODE', 'STATE', 'MEMORY USED', 'REPLICAS', 'SLOTS BUSY'],
      overview.nodes.map(nodeRow),
      'No nodes.',
    ),
    '',
    deploymentTable(overview.deployments),
    '',
    `${rates.requestsPerSecond.toFixed(1)} requests/s, ${rates.tokensPerSecond.toFixed(0)} tokens/s, ` +
      `${rates.running} running, ${rates.waiting} waiting` +
      (rates.ttftP50Ms === null ? '' : `, first token after ${rates.ttftP50Ms.toFixed(0)} ms`),
  ].join('\n');
}

export function deploymentTable(deployments: DeploymentView[]): string {
  return table(
    ['DEPLOYMENT', 'STATE', 'MODEL', 'REPLICAS', 'SLOTS BUSY', 'QUEUED', 'REASON'],
    deployments.map((deployment) => [
      deployment.name,
      deployment.state,
      deployment.modelName,
      replicasText(deployment),
      `${deployment.activeSlots}/${deployment.slots}`,
      String(deployment.queued),
      deployment.failure?.message ?? scalingText(deployment),
    ]),
    'No deployments. `corral deploy MODEL --name NAME` makes one.',
  );
}

/** `2/3`, and the bounds where it scales. */
function replicasText({ readyReplicas, desiredReplicas, ...view }: DeploymentView): string {
  const bounds = view.minReplicas === null ? '' : ` (${view.minReplicas}-${view.maxReplicas})`;
  return `${readyReplicas}/${desiredReplicas}${bounds}`;
}

function scalingText({ scaling }: DeploymentView): string {
  return scaling === null ? '' : `scaled ${scaling.from} → ${scaling.to}: ${scaling.reason}`;
}

function nodeRow(node: NodeView): string[] {
  const sum = (pick: (replica: NodeView['replicas'][number]) => number): number =>
    node.replicas.reduce((total, replica) => total + pick(replica), 0);
  return [
    node.name,
    stateText(node),
    node.devices
      .map(
        (device) =>
          `${device.id} ${formatBytes(device.usedBytes)} of ${formatBytes(device.totalBytes)}`,
      )
      .join(', '),
    String(node.replicas.length),
    `${sum((replica) => replica.activeSlots)}/${sum((replica) => replica.slots)}`,
  ];
}

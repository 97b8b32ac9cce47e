/** `corral nodes cordon|uncordon|drain|undrain NODE` */
import type { Command } from 'commander';
import type { NodeView } from '@corral/contracts/http';
import { followDrain } from '../../admin/follow-drain.js';
import type { NodeOrder } from '../../admin/nodes-api.js';
import { wholeNumber } from '../../arguments/amount.js';
import { counted } from '../../output/figures.js';
import {
  adminClient,
  print,
  reporterFor,
  withClientOptions,
  type Flags,
} from '../command-context.js';

const DRAIN_TIMEOUT_S = 1_800;

export function addOrders(nodes: Command): void {
  addOrder(nodes, 'cordon', 'place nothing new on a node', 'gets nothing new.');
  addOrder(nodes, 'uncordon', 'undo `cordon`', 'gets new replicas again.');
  addOrder(nodes, 'undrain', 'undo `drain`', 'gets replicas again.');

  withClientOptions(nodes.command('drain <node>'))
    .description('cordon a node and move its replicas elsewhere')
    .option('--wait', 'return when nothing runs there any more')
    .option('--timeout <seconds>', 'how long to wait', wholeNumber(1), DRAIN_TIMEOUT_S)
    .action(drain);
}

function addOrder(nodes: Command, order: NodeOrder, description: string, done: string): void {
  withClientOptions(nodes.command(`${order} <node>`))
    .description(description)
    .action(async (text: string, flags: Flags) => {
      const node = await adminClient(flags).nodes.order(text, order);
      print(flags.json, node, `${node.name} ${done}`);
    });
}

async function drain(text: string, flags: Flags & { wait?: true; timeout: number }): Promise<void> {
  const client = adminClient(flags);
  const node = await client.nodes.order(text, 'drain');
  if (flags.wait === undefined) return print(flags.json, node, drainText(node));
  const timeoutMs = flags.timeout * 1_000;
  const drained = await reporterFor(flags.json, process.stderr).step(
    `Draining ${node.name}`,
    (detail) => followDrain(client, node.id, { detail, timeoutMs }),
  );
  print(flags.json, drained, `${drained.name} is drained.`);
}

function drainText({ name, assignedReplicas }: NodeView): string {
  if (assignedReplicas === 0) return `${name} is drained.`;
  return `${name} drains: ${counted(assignedReplicas, 'replica')} to move.`;
}

import type { Command } from 'commander';
import { counted } from '../../output/figures.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { addLabel } from './label.js';
import { nodeFacts, nodeTable } from './node-text.js';
import { addOrders } from './orders.js';
import { addRemove } from './remove.js';
import { addNodeRevoke } from './revoke.js';

const EXAMPLES = `
Examples:
  corral nodes
  corral nodes show gpu-1
  corral nodes label gpu-1 zone=rack-2 old-
  corral nodes drain gpu-1 --wait && corral nodes remove gpu-1
  corral nodes revoke gpu-2
  corral nodes polite desk-7 on

NODE is a name or an id, as \`corral nodes\` shows them.`;

export function addNodes(program: Command): void {
  const nodes = withClientOptions(program.command('nodes'))
    .description('list, label, cordon, drain, revoke and remove nodes')
    .addHelpText('after', EXAMPLES)
    .action(list);
  withClientOptions(nodes.command('list')).description('list all nodes').action(list);

  withClientOptions(nodes.command('show <node>'))
    .description('show one node: devices, labels, replicas, what is wrong with it')
    .action(async (text: string, flags: Flags) => {
      const node = await adminClient(flags).nodes.get(text);
      print(flags.json, node, nodeFacts(node));
    });

  addLabel(nodes);
  addOrders(nodes);

  withClientOptions(nodes.command('polite <node> <on|off>'))
    .description('give way to other use of the machine (a game, another program), or do not')
    .action(async (text: string, onOrOff: string, flags: Flags) => {
      if (onOrOff !== 'on' && onOrOff !== 'off') {
        nodes.error(`error: say on or off, not '${onOrOff}'`, { exitCode: 2 });
      }
      const node = await adminClient(flags).nodes.update(text, { polite: onOrOff === 'on' });
      const how = node.polite ? 'gives way to' : 'does not give way to';
      print(flags.json, node, `${node.name} ${how} other use of the machine.`);
    });

  addRemove(nodes);
  addNodeRevoke(nodes);

  withClientOptions(nodes.command('confirm-lost'))
    .description('say that the nodes that fell silent at once are really gone')
    .action(async (flags: Flags) => {
      const confirmed = await adminClient(flags).nodes.confirmLost();
      const lost = confirmed.nodeIds.length;
      const text =
        lost === 0
          ? 'No silent node is being waited for.'
          : `${counted(lost, 'node')} given up: what they had moves elsewhere.`;
      print(flags.json, confirmed, text);
    });
}

async function list(flags: Flags): Promise<void> {
  const all = await adminClient(flags).nodes.list();
  print(flags.json, all, nodeTable(all));
}

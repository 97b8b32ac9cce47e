/** `corral nodes remove NODE` */
import type { Command } from 'commander';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

const NOTES = `
A node that is alive has to be drained first; --force removes it with its replicas. While its
worker runs it joins again, as a new node: stop that first. A node that joined with a token is shut
out with \`corral nodes revoke\` instead.`;

export function addRemove(nodes: Command): void {
  withClientOptions(nodes.command('remove <node>'))
    .description('forget a node, its labels and its replicas')
    .option('--force', 'although it is alive and has replicas')
    .addHelpText('after', NOTES)
    .action(async (text: string, flags: Flags & { force?: true }) => {
      const client = adminClient(flags);
      const { id, name } = await client.nodes.get(text);
      await client.nodes.remove(id, flags.force === true);
      print(flags.json, { removed: id }, `Removed node ${name}.`);
    });
}

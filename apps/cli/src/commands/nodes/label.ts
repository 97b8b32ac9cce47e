/** `corral nodes label NODE KEY=VALUE… KEY-…` */
import type { Command } from 'commander';
import { CliError, EXIT } from '../../cli-error.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { nodeTable } from './node-text.js';

export function addLabel(nodes: Command): void {
  withClientOptions(nodes.command('label <node> <changes...>'))
    .description('set labels with key=value, and take them away with key-')
    .action(async (text: string, changes: string[], flags: Flags) => {
      const node = await adminClient(flags).nodes.update(text, { labels: labelChanges(changes) });
      print(flags.json, node, nodeTable([node]));
    });
}

/** Null takes a label away. Throws {@link CliError} (usage) for what is neither. */
export function labelChanges(changes: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    changes.map((change): [string, string | null] => {
      const at = change.indexOf('=');
      if (at > 0) return [change.slice(0, at), change.slice(at + 1)];
      if (at < 0 && change.length > 1 && change.endsWith('-')) return [change.slice(0, -1), null];
      const hint = 'key=value sets a label, key- takes it away.';
      throw new CliError(`"${change}" is no change of a label.`, EXIT.usage, hint);
    }),
  );
}

/** `corral rollout`: from one revision of a deployment to another, and back. */
import type { Command } from 'commander';
import { wholeNumber } from '../../arguments/amount.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { followRollout } from './follow-rollout.js';
import { lastRollout } from './last-rollout.js';
import { historyTable, rolloutText } from './rollout-table.js';
import { addStart } from './start.js';
import { addUndo } from './undo.js';

const EXAMPLES = `
Examples:
  corral rollout start coder --model qwen3-coder-q5_k_m.gguf --dry-run
  corral rollout start coder --set slots=8 --canary 10,50 --bake 5m --watch
  corral rollout status coder --watch
  corral rollout pause coder
  corral rollout promote coder
  corral rollout undo coder
  corral rollout history coder

While a rollout is under way no other can begin: promote it or undo it first.`;

export function addRollout(program: Command): void {
  const rollout = program
    .command('rollout')
    .description('change the model or the settings of a deployment without losing a request')
    .addHelpText('after', EXAMPLES);
  addStart(rollout);

  withClientOptions(rollout.command('status <deployment>'))
    .description('show the last rollout')
    .option('--watch', 'until it has ended; fails when it is rolled back')
    .action(status);

  withClientOptions(rollout.command('history <deployment>'))
    .description('list all rollouts, the newest first')
    .option('--limit <n>', 'how many', wholeNumber(1), 20)
    .action(async (name: string, flags: Flags & { limit: number }) => {
      const all = (await adminClient(flags).rollouts.list(name)).slice(0, flags.limit);
      print(flags.json, all, historyTable(all));
    });

  addAction(rollout, 'pause', 'stop where it is; a canary is still watched');
  addAction(rollout, 'resume', 'go on');
  addAction(rollout, 'promote', 'leave out what is left of the canary');
  addUndo(rollout);
}

async function status(name: string, flags: Flags & { watch?: boolean }): Promise<void> {
  const last = await lastRollout(name, flags);
  if (flags.watch) return followRollout(last, flags);
  print(flags.json, last, rolloutText(last));
}

function addAction(
  rollout: Command,
  action: 'pause' | 'resume' | 'promote',
  description: string,
): void {
  withClientOptions(rollout.command(`${action} <deployment>`))
    .description(description)
    .action(async (name: string, flags: Flags) => {
      const { id } = await lastRollout(name, flags);
      const now = await adminClient(flags).rollouts.act(id, action);
      print(flags.json, now, rolloutText(now));
    });
}

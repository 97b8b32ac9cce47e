import type { Command } from 'commander';
import type { RolloutView } from '@corral/contracts/http';
import { wholeNumber } from '../../arguments/amount.js';
import { CliError, EXIT } from '../../cli-error.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { followRollout } from './follow-rollout.js';
import { lastRollout } from './last-rollout.js';
import { rolloutText } from './rollout-table.js';

interface UndoFlags extends Flags {
  to?: number;
  watch?: boolean;
}

export function addUndo(rollout: Command): void {
  withClientOptions(rollout.command('undo <deployment>'))
    .description('roll back what is under way, or go back to an earlier revision')
    .option('--to <revision>', 'number of the revision (default: the one before)', wholeNumber(1))
    .option('--watch', 'until it has ended')
    .action(undo);
}

async function undo(name: string, flags: UndoFlags): Promise<void> {
  const { rollouts } = adminClient(flags);
  const back = async (): Promise<RolloutView> => {
    if (flags.to !== undefined) return begin(name, flags.to, flags);
    const last = await lastRollout(name, flags);
    if (last.endedAt === null && last.state !== 'rolled_back') {
      return rollouts.act(last.id, 'rollback');
    }
    if (last.state === 'completed') return begin(name, last.fromRevision, flags);
    throw new CliError(
      `The last rollout of '${name}' was rolled back already, to revision ${last.fromRevision}.`,
      EXIT.refused,
      '`--to REVISION` goes to any other; `corral rollout history NAME` shows which there were.',
    );
  };
  const now = await back();
  // Rolled back is what was asked for here, and no failure.
  if (flags.watch && now.state !== 'rolled_back') return followRollout(now, flags);
  print(flags.json, now, rolloutText(now));
}

/** To an earlier revision, as a rollout of its own. */
async function begin(deployment: string, revision: number, flags: Flags): Promise<RolloutView> {
  const { rollout } = await adminClient(flags).rollouts.start({ deployment, revision });
  if (rollout !== null) return rollout;
  throw new CliError('The controller began no rollout.', EXIT.fault);
}

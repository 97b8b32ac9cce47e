import { setTimeout as delay } from 'node:timers/promises';
import type { RolloutView } from '@corral/contracts/http';
import { CliError, EXIT } from '../../cli-error.js';
import { adminClient, print, reporterFor, type Flags } from '../command-context.js';
import { progressText, rolloutText } from './rollout-table.js';

const POLL_MS = 500;

/**
 * Shows how far the rollout is until it has ended, and prints it then. Throws {@link CliError} with
 * the reason when it is rolled back, or pauses and waits for somebody.
 */
export async function followRollout(rollout: RolloutView, flags: Flags): Promise<void> {
  const { rollouts } = adminClient(flags);
  const title = `Rolling out revision ${rollout.toRevision} of ${rollout.deployment}`;
  const last = await reporterFor(flags.json, process.stderr).step(title, async (detail) => {
    let seen = rollout;
    while (seen.endedAt === null && seen.state !== 'paused') {
      detail(progressText(seen));
      await delay(POLL_MS);
      seen = await rollouts.view(rollout.id);
    }
    return seen;
  });
  print(flags.json, last, rolloutText(last));
  if (last.state === 'completed') return;
  const hint =
    last.state === 'paused' ? `\`corral rollout resume ${last.deployment}\` goes on.` : undefined;
  throw new CliError(last.reason ?? `The rollout is ${last.state}.`, EXIT.refused, hint);
}

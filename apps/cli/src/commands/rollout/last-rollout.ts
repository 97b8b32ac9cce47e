import type { RolloutView } from '@corral/contracts/http';
import { CliError, EXIT } from '../../cli-error.js';
import { adminClient, type Flags } from '../command-context.js';

/** The last rollout of a deployment. Throws {@link CliError} when there was none. */
export async function lastRollout(name: string, flags: Flags): Promise<RolloutView> {
  const [last] = await adminClient(flags).rollouts.list(name);
  if (last !== undefined) return last;
  throw new CliError(
    `There was no rollout of '${name}'.`,
    EXIT.refused,
    '`corral deployments` lists deployments; `corral rollout start NAME --set …` begins one.',
  );
}

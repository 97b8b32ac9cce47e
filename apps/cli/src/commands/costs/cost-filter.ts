/** Which requests a cost is about: the options, and what they mean to the API. */
import type { Command } from 'commander';
import type { CostQuery } from '@corral/contracts/http';
import type { AdminClient } from '../../admin/admin-client.js';
import { teamNamed } from '../../admin/named.js';
import { withRangeOptions, type RangeFlags } from '../usage/usage-filter.js';

export interface CostFilterFlags extends RangeFlags {
  team?: string;
  deployment?: string;
}

export function withCostFilter(command: Command): Command {
  return withRangeOptions(command)
    .option('--team <team>', 'of one team, by name or id')
    .option('--deployment <name>', 'of one deployment');
}

/** Throws {@link CliError} when there is no such team. */
export async function costFilter(client: AdminClient, flags: CostFilterFlags): Promise<CostQuery> {
  const { from, to, team, deployment } = flags;
  const teamId = team === undefined ? undefined : teamNamed(await client.accounts.teams(), team).id;
  return { from, to, teamId, deployment };
}

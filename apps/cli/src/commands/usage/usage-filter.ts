/** Which requests a figure is about: the options, and what they mean to the API. */
import type { Command } from 'commander';
import type { AdminClient } from '../../admin/admin-client.js';
import { keyNamed, nodeNamed, teamNamed, userNamed } from '../../admin/named.js';
import type { UsageFilter } from '../../admin/usage-api.js';
import { moment } from '../../arguments/moment.js';

export interface RangeFlags {
  from?: string;
  to?: string;
}

export interface UsageFilterFlags extends RangeFlags {
  team?: string;
  user?: string;
  key?: string;
  deployment?: string;
  node?: string;
}

/** Days and months are those of UTC. */
export function withRangeOptions(command: Command): Command {
  return command
    .option('--from <time>', 'from this day, month or moment (default: 30 days before)', moment)
    .option('--to <time>', 'up to but without this day, month or moment (default: now)', moment);
}

export function withUsageFilter(command: Command): Command {
  return withRangeOptions(command)
    .option('--team <team>', 'of one team, by name or id')
    .option('--user <user>', 'of one person, by e-mail or id')
    .option('--key <key>', 'of one key, by id or name')
    .option('--deployment <name>', 'of one deployment')
    .option('--node <node>', 'of one node, by name or id');
}

/** Throws {@link CliError} when something that was named is not there. */
export async function usageFilter(
  client: AdminClient,
  flags: UsageFilterFlags,
): Promise<UsageFilter> {
  const { from, to, team, user, key, deployment, node } = flags;
  const { accounts, keys } = client;
  return {
    from,
    to,
    deployment,
    teamId: team === undefined ? undefined : teamNamed(await accounts.teams(), team).id,
    userId: user === undefined ? undefined : userNamed(await accounts.users(), user).id,
    keyId: key === undefined ? undefined : keyNamed(await keys.list(), key).id,
    nodeId: node === undefined ? undefined : nodeNamed((await client.overview()).nodes, node).id,
  };
}

import type { Command } from 'commander';
import type { TeamView } from '@corral/contracts/http';
import { teamNamed } from '../../admin/named.js';
import { formatCount, formatDay } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

const EXAMPLES = `
Examples:
  corral teams create research
  corral teams list
  corral teams disable research
  corral quota set team:research --dollars-per-month 50

TEAM is a name or an id, as \`corral teams list\` shows them.`;

export function addTeams(program: Command): void {
  const teams = program
    .command('teams')
    .description('create, list, rename, disable and remove teams')
    .addHelpText('after', EXAMPLES);

  withClientOptions(teams.command('list'))
    .description('list all teams')
    .action(async (flags: Flags) => {
      const all = await adminClient(flags).accounts.teams();
      print(flags.json, all, teamTable(all));
    });

  withClientOptions(teams.command('create <name>'))
    .description('create a team')
    .action(async (name: string, flags: Flags) => {
      const team = await adminClient(flags).accounts.createTeam(name);
      print(flags.json, team, `Created team ${team.name}.`);
    });

  withClientOptions(teams.command('rename <team> <name>'))
    .description('give a team another name')
    .action(async (text: string, name: string, flags: Flags) => {
      const { accounts } = adminClient(flags);
      const team = teamNamed(await accounts.teams(), text);
      const renamed = await accounts.updateTeam(team.id, { name });
      print(flags.json, renamed, `Team ${team.name} is now called ${renamed.name}.`);
    });

  addSwitch(teams, 'disable', true, 'refuse its keys from now on, and sign its people out');
  addSwitch(teams, 'enable', false, 'undo `disable`');

  withClientOptions(teams.command('remove <team>'))
    .description('remove a team that has no people and no keys')
    .action(async (text: string, flags: Flags) => {
      const { accounts } = adminClient(flags);
      const team = teamNamed(await accounts.teams(), text);
      await accounts.deleteTeam(team.id);
      print(flags.json, { removed: team.id }, `Removed team ${team.name}.`);
    });
}

function addSwitch(teams: Command, name: string, disabled: boolean, description: string): void {
  withClientOptions(teams.command(`${name} <team>`))
    .description(description)
    .action(async (text: string, flags: Flags) => {
      const { accounts } = adminClient(flags);
      const { id } = teamNamed(await accounts.teams(), text);
      const team = await accounts.updateTeam(id, { disabled });
      print(flags.json, team, `Team ${team.name} is ${stateOf(team)}.`);
    });
}

function teamTable(teams: TeamView[]): string {
  return table(
    ['ID', 'NAME', 'PEOPLE', 'KEYS', 'STATE', 'CREATED'],
    teams.map((team) => [
      team.id,
      team.name,
      formatCount(team.users),
      formatCount(team.keys),
      team.disabledAt === null ? 'active' : `disabled ${formatDay(team.disabledAt)}`,
      formatDay(team.createdAt),
    ]),
    'No teams. `corral teams create NAME` makes one.',
    ['PEOPLE', 'KEYS'],
  );
}

function stateOf({ disabledAt }: { disabledAt: string | null }): string {
  return disabledAt === null ? 'active' : 'disabled';
}

import { Argument, type Command } from 'commander';
import { ROLES, type Role, type UpdateUser, type UserView } from '@corral/contracts/http';
import { teamNamed, userNamed } from '../../admin/named.js';
import { formatDay, formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { addInvitations } from './invitations.js';

const EXAMPLES = `
Examples:
  corral users invite ada@example.com --team research
  corral users role ada@example.com lead
  corral users move ada@example.com platform
  corral users disable ada@example.com

Roles: admin (everything), lead (the own team's people, keys and limits), developer (own keys and
usage), viewer (reads all usage and cost). USER is an e-mail address or an id.`;

export function addUsers(program: Command): void {
  const users = program
    .command('users')
    .description('invite people, and set what they may do')
    .addHelpText('after', EXAMPLES);
  addList(users);
  addInvitations(users);
  addChanges(users);
}

function addList(users: Command): void {
  withClientOptions(users.command('list'))
    .description('list all people')
    .option('--team <team>', 'of one team, by name or id')
    .action(async (flags: Flags & { team?: string }) => {
      const { accounts } = adminClient(flags);
      const team =
        flags.team === undefined ? undefined : teamNamed(await accounts.teams(), flags.team);
      const all = await accounts.users();
      const shown = team === undefined ? all : all.filter(({ teamId }) => teamId === team.id);
      print(flags.json, shown, userTable(shown));
    });
}

function addChanges(users: Command): void {
  withClientOptions(users.command('role <user>'))
    .addArgument(new Argument('<role>', 'what the person may do').choices(ROLES))
    .description('give a person another role')
    .action(async (text: string, role: Role, flags: Flags) => {
      const user = await update(flags, text, { role });
      print(flags.json, user, `${user.email} is now ${user.role}.`);
    });

  withClientOptions(users.command('move <user> <team>'))
    .description('put a person into another team; the keys move along')
    .action(async (text: string, teamText: string, flags: Flags) => {
      const team = teamNamed(await adminClient(flags).accounts.teams(), teamText);
      const user = await update(flags, text, { teamId: team.id });
      print(flags.json, user, `${user.email} is now in team ${user.teamName}.`);
    });

  withClientOptions(users.command('disable <user>'))
    .description("refuse the person's keys from now on, and sign the person out")
    .action(async (text: string, flags: Flags) => {
      const user = await update(flags, text, { disabled: true });
      print(flags.json, user, `${user.email} is disabled.`);
    });

  withClientOptions(users.command('enable <user>'))
    .description('undo `disable`')
    .action(async (text: string, flags: Flags) => {
      const user = await update(flags, text, { disabled: false });
      print(flags.json, user, `${user.email} is active.`);
    });

  withClientOptions(users.command('sign-out <user>'))
    .description("end all of a person's sessions in the console; keys go on working")
    .action(async (text: string, flags: Flags) => {
      const { accounts } = adminClient(flags);
      const user = userNamed(await accounts.users(), text);
      await accounts.signOut(user.id);
      print(flags.json, { signedOut: user.id }, `${user.email} is signed out everywhere.`);
    });
}

async function update(flags: Flags, text: string, change: UpdateUser): Promise<UserView> {
  const { accounts } = adminClient(flags);
  return accounts.updateUser(userNamed(await accounts.users(), text).id, change);
}

function userTable(users: UserView[]): string {
  return table(
    ['E-MAIL', 'NAME', 'ROLE', 'TEAM', 'STATE', 'SIGNED IN', 'ID'],
    users.map((user) => [
      user.email,
      user.name,
      user.role,
      user.teamName,
      user.disabledAt === null ? 'active' : `disabled ${formatDay(user.disabledAt)}`,
      user.lastSignInAt === null ? 'no' : formatMinute(user.lastSignInAt),
      user.id,
    ]),
    'No people. `corral users invite E-MAIL` invites one.',
  );
}

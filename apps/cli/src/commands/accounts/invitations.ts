/** The commands of `corral users` that are about people who are not there yet. */
import { Option, type Command } from 'commander';
import { ROLES, type InvitationView, type Role } from '@corral/contracts/http';
import { named, teamNamed } from '../../admin/named.js';
import { wholeNumber } from '../../arguments/amount.js';
import { formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

type InviteFlags = Flags & { role: Role; team?: string; days: number };

export function addInvitations(users: Command): void {
  withClientOptions(users.command('invite <email>'))
    .description('make a link by which a person can join; it is shown this once')
    .addOption(
      new Option('--role <role>', 'what the person may do').choices(ROLES).default('developer'),
    )
    .option('--team <team>', 'the team to join, by name or id (default: the default team)')
    .option('--days <n>', 'how long the link works, 1 to 30', wholeNumber(1), 7)
    .action(invite);

  withClientOptions(users.command('invitations'))
    .description('list invitations')
    .action(async (flags: Flags) => {
      const all = await adminClient(flags).accounts.invitations();
      print(flags.json, all, invitationTable(all));
    });

  withClientOptions(users.command('uninvite <email>'))
    .description('withdraw the open invitation of a person; by e-mail or its id')
    .action(async (text: string, flags: Flags) => {
      const { accounts } = adminClient(flags);
      const open = (await accounts.invitations()).filter(({ state }) => state === 'open');
      const hint = '`corral users invitations` shows all.';
      const found = named('open invitation', open, text, ({ email }) => [email], hint);
      await accounts.revokeInvitation(found.id);
      print(flags.json, { revoked: found.id }, `The invitation of ${found.email} is withdrawn.`);
    });
}

async function invite(email: string, flags: InviteFlags): Promise<void> {
  const { accounts } = adminClient(flags);
  const team = flags.team === undefined ? undefined : teamNamed(await accounts.teams(), flags.team);
  const invitation = await accounts.invite({
    email,
    role: flags.role,
    teamId: team?.id,
    expiresInDays: flags.days,
  });
  const note =
    `Shown this once: send it to ${invitation.email}, who joins team ${invitation.teamName} ` +
    `as ${invitation.role}. It works until ${formatMinute(invitation.expiresAt)}.`;
  print(flags.json, invitation, `${invitation.url}\n${note}`);
}

function invitationTable(invitations: InvitationView[]): string {
  return table(
    ['E-MAIL', 'ROLE', 'TEAM', 'STATE', 'EXPIRES', 'ID'],
    invitations.map((invitation) => [
      invitation.email,
      invitation.role,
      invitation.teamName,
      invitation.state,
      formatMinute(invitation.expiresAt),
      invitation.id,
    ]),
    'No invitations. `corral users invite E-MAIL` makes one.',
  );
}

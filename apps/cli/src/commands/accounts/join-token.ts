import type { Command } from 'commander';
import type { CreatedJoinToken, JoinTokenView } from '@corral/contracts/http';
import { isLoopbackHost, type Labels } from '@corral/contracts';
import { label } from '../../arguments/label.js';
import { tokenLifeSeconds } from '../../arguments/moment.js';
import { formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

const EXAMPLES = `
Examples:
  corral join-token
  corral join-token --ttl 24h --label room=b2 --label gpu=a100
  corral join-token list
  corral join-token delete 0193d2f0-…

A token lets one machine join, once. It is shown this one time.`;

const ONLY_HERE = `

That address is known on this machine alone. To let others in, start Corral with --host 0.0.0.0,
or tell it with CORRAL_PUBLIC_URL how they reach it.`;

interface CreateFlags extends Flags {
  ttl: number;
  label?: Labels;
}

export function addJoinToken(program: Command): void {
  const joinToken = withClientOptions(program.command('join-token'))
    .description('let a machine join: makes a token that can be used once')
    .option('--ttl <time>', 'how long it can be used, 7d at most', tokenLifeSeconds, 3_600)
    .option('--label <key=value>', 'label for the node that joins; may come several times', label)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CreateFlags) => {
      const body = { ttlSeconds: flags.ttl, labels: flags.label ?? {} };
      const created = await adminClient(flags).enrolment.createToken(body);
      print(flags.json, created, joinText(created));
    });

  withClientOptions(joinToken.command('list'))
    .description('list join tokens, those that are over included')
    .action(async (flags: Flags) => {
      const all = await adminClient(flags).enrolment.tokens();
      print(flags.json, all, tokenTable(all));
    });

  withClientOptions(joinToken.command('delete <id>'))
    .description('take a join token back; a machine that has joined with it stays')
    .action(async (id: string, flags: Flags) => {
      await adminClient(flags).enrolment.deleteToken(id);
      print(flags.json, { deleted: id }, `Nobody can join with ${id} any more.`);
    });
}

function joinText({ token, url, expiresAt }: CreatedJoinToken): string {
  return `On the machine that is to join, until ${formatMinute(expiresAt)}:

  corral worker join ${url} ${token}${isLoopbackHost(new URL(url).hostname) ? ONLY_HERE : ''}`;
}

function tokenTable(tokens: JoinTokenView[]): string {
  return table(
    ['ID', 'STATE', 'EXPIRES', 'LABELS', 'USED BY'],
    tokens.map(({ id, state, expiresAt, labels, usedBy }) => [
      id,
      state,
      formatMinute(expiresAt),
      Object.entries(labels)
        .map((pair) => pair.join('='))
        .join(' '),
      usedBy ?? '',
    ]),
    'No join tokens. `corral join-token` makes one.',
  );
}

import type { Command } from 'commander';
import { NO_LIMITS } from '@corral/contracts/http';
import { subjectOf } from '../../admin/subject-id.js';
import { quotaSubject, type SubjectArgument } from '../../arguments/subject.js';
import { CliError, EXIT } from '../../cli-error.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { limitsOf, withLimitOptions, type LimitFlags } from './limit-options.js';
import { quotaTable } from './quota-table.js';

const EXAMPLES = `
Examples:
  corral quota show
  corral quota set organisation --dollars-per-month 500
  corral quota set team:research --tokens-per-day 20m --concurrent-requests 16
  corral quota set user:ada@example.com --requests-per-minute 60 --priority agent
  corral quota set key:ci --allow-model qwen3-coder --tokens-per-day none
  corral quota clear team:research

SUBJECT is organisation, team:NAME, user:EMAIL or key:ID. Of all limits that hold for a request
the tightest decides.`;

export function addQuota(program: Command): void {
  const quota = program
    .command('quota')
    .description('limit requests, tokens and money of the organisation, teams, people and keys')
    .addHelpText('after', EXAMPLES);

  withClientOptions(quota.command('show'))
    .argument('[subject]', 'whose limits (default: all that are set)', quotaSubject)
    .description('show limits, and what is left of them')
    .action(async (subject: SubjectArgument | undefined, flags: Flags) => {
      const client = adminClient(flags);
      if (subject === undefined) {
        const all = await client.quotas.list();
        return print(flags.json, all, quotaTable(all));
      }
      const view = await client.quotas.of(await subjectOf(client, subject));
      print(flags.json, view, quotaTable([view]));
    });

  const set = withClientOptions(quota.command('set'))
    .argument('<subject>', 'whose limits', quotaSubject)
    .description('set limits; what is not named stays as it is');
  withLimitOptions(set).action(setLimits);

  withClientOptions(quota.command('clear'))
    .argument('<subject>', 'whose limits', quotaSubject)
    .description('take all limits away')
    .action(async (subject: SubjectArgument, flags: Flags) => {
      const client = adminClient(flags);
      const view = await client.quotas.update(await subjectOf(client, subject), NO_LIMITS);
      print(flags.json, view, quotaTable([view]));
    });
}

async function setLimits(subject: SubjectArgument, flags: Flags & LimitFlags): Promise<void> {
  const limits = limitsOf(flags);
  if (limits === undefined) {
    const hint = '`corral quota set --help` lists the limits.';
    throw new CliError('No limit was named.', EXIT.usage, hint);
  }
  const client = adminClient(flags);
  const view = await client.quotas.update(await subjectOf(client, subject), limits);
  print(flags.json, view, quotaTable([view]));
}

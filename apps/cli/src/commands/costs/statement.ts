import type { Command } from 'commander';
import type { Statement, UsageSums } from '@corral/contracts/http';
import { teamNamed } from '../../admin/named.js';
import { month } from '../../arguments/moment.js';
import { formatCount, formatDollars } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { deliver } from '../deliver.js';

interface StatementFlags extends Flags {
  team: string;
  csv?: true;
  output?: string;
}

export function addStatement(costs: Command): void {
  withClientOptions(costs.command('statement'))
    .argument('<month>', 'such as 2026-11', month)
    .description('what a team is charged for a month, by person, key and deployment')
    .requiredOption('--team <team>', 'by name or id')
    .option('--csv', 'as CSV')
    .option('--output <file>', 'as CSV into a file')
    .action(async (of: string, flags: StatementFlags) => {
      const client = adminClient(flags);
      const { id } = teamNamed(await client.accounts.teams(), flags.team);
      if (flags.csv || flags.output !== undefined) {
        return deliver(client.costs.statementCsv(of, id), flags);
      }
      const statement = await client.costs.statement(of, id);
      print(flags.json, statement, statementText(statement));
    });
}

export function statementText({ month: of, team, final, lines, total }: Statement): string {
  const figures = ['REQUESTS', 'PROMPT', 'CACHED', 'COMPLETION', 'COST', 'CLOUD'];
  const rows = lines.map((line) => [
    line.userEmail ?? line.userId ?? 'service',
    line.keyName,
    line.deployment,
    ...cellsOf(line.sums),
  ]);
  const lineTable = table(
    ['USER', 'KEY', 'DEPLOYMENT', ...figures],
    rows.length === 0 ? [] : [...rows, ['total', '', '', ...cellsOf(total)]],
    'No requests.',
    figures,
  );
  const state = final ? '' : ', not final: the month is not over';
  return `Team ${team.name}, ${of}${state}\n\n${lineTable}`;
}

function cellsOf(sums: UsageSums): string[] {
  return [
    formatCount(sums.requests),
    formatCount(sums.promptTokens),
    formatCount(sums.cachedTokens),
    formatCount(sums.completionTokens),
    formatDollars(sums.localMicrodollars),
    sums.comparedRequests === 0 ? '-' : formatDollars(sums.cloudMicrodollars),
  ];
}

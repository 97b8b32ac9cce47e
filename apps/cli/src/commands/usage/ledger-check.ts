/** `corral usage check` and `rebuild`: whether all sums agree, and what to do when they do not. */
import type { Command } from 'commander';
import type { LedgerCheck } from '@corral/contracts/http';
import { EXIT } from '../../cli-error.js';
import { counted, formatCount, formatMinute } from '../../output/figures.js';
import { table } from '../../output/table.js';
import {
  adminClient,
  print,
  reporterFor,
  withClientOptions,
  type Flags,
} from '../command-context.js';

export function addLedgerCheck(usage: Command): void {
  withClientOptions(usage.command('check'))
    .description('whether ledger, sums and quota counters agree; exit code 1 when they do not')
    .action(async (flags: Flags) => {
      const check = await adminClient(flags).usage.check();
      print(flags.json, check, checkText(check));
      if (!check.ok) process.exitCode = EXIT.fault;
    });

  withClientOptions(usage.command('rebuild'))
    .description('make the sums by hour anew from the ledger')
    .action(async (flags: Flags) => {
      const rebuilt = await reporterFor(flags.json, process.stderr).step(
        'Rebuilding the sums',
        () => adminClient(flags).usage.rebuild(),
      );
      print(flags.json, rebuilt, `Made ${counted(rebuilt.rows, 'row')} of sums.`);
    });
}

export function checkText(check: LedgerCheck): string {
  const waiting = `${counted(check.waiting, 'settled request')} not yet in the ledger.`;
  if (check.checkedAt === null) return `Not checked yet. ${waiting}`;
  const facts = `${counted(check.rows, 'ledger row')}, checked ${formatMinute(check.checkedAt)}; ${waiting}`;
  if (check.ok) return `All sums agree: ${facts}`;
  const differences = table(
    ['WHAT', 'WHERE', 'FIELD', 'LEDGER', 'OTHER'],
    check.differences.map((difference) => [
      difference.what,
      difference.where,
      difference.field,
      formatCount(difference.ledger),
      formatCount(difference.other),
    ]),
    'No difference is named.',
    ['LEDGER', 'OTHER'],
  );
  return `Sums differ: ${facts}\n\n${differences}\n\nThe ledger is right; \`corral usage rebuild\` makes its sums anew.`;
}

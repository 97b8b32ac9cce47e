import { Option, type Command } from 'commander';
import {
  usageBucketSchema,
  usageGroupSchema,
  type UsageBucket,
  type UsageGroup,
} from '@corral/contracts/http';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { addLedgerCheck } from './ledger-check.js';
import { addUsageExport } from './usage-export.js';
import { usageFilter, withUsageFilter, type UsageFilterFlags } from './usage-filter.js';
import { usageText } from './usage-text.js';

interface UsageFlags extends Flags, UsageFilterFlags {
  by: UsageGroup;
  bucket: UsageBucket;
}

const EXAMPLES = `
Examples:
  corral usage
  corral usage --by team --from 2026-11 --to 2026-12
  corral usage --by deployment --bucket day --team research
  corral usage export --from 2026-11 --output november.csv
  corral usage check`;

export function addUsage(program: Command): void {
  const usage = program.command('usage');
  withUsageFilter(withClientOptions(usage))
    .description('sums over requests, and the ledger they are made from')
    .addOption(
      new Option('--by <group>', 'a line for each')
        .choices(usageGroupSchema.options)
        .default('none'),
    )
    .addOption(
      new Option('--bucket <length>', 'a line for each')
        .choices(usageBucketSchema.options)
        .default('none'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (flags: UsageFlags) => {
      const client = adminClient(flags);
      const report = await client.usage.report({
        ...(await usageFilter(client, flags)),
        groupBy: flags.by,
        bucket: flags.bucket,
      });
      print(flags.json, report, usageText(report, flags.by, flags.bucket));
    });
  addUsageExport(usage);
  addLedgerCheck(usage);
}

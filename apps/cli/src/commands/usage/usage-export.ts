import { Option, type Command } from 'commander';
import { adminClient, withClientOptions, type Flags } from '../command-context.js';
import { deliver } from '../deliver.js';
import { usageFilter, withUsageFilter, type UsageFilterFlags } from './usage-filter.js';

interface ExportFlags extends Flags, UsageFilterFlags {
  format?: 'csv' | 'json';
  output?: string;
}

export function addUsageExport(usage: Command): void {
  withUsageFilter(withClientOptions(usage.command('export')))
    .description('the rows of the ledger, one for each request')
    .addOption(
      new Option('--format <format>', '(default: csv, or json with --json)').choices([
        'csv',
        'json',
      ]),
    )
    .option('--output <file>', 'write them to a file (default: standard output)')
    .action(exportUsage);
}

async function exportUsage(flags: ExportFlags): Promise<void> {
  const client = adminClient(flags);
  const format = flags.format ?? (flags.json ? 'json' : 'csv');
  const rows = client.usage.export(format, await usageFilter(client, flags));
  await deliver(rows, flags);
}

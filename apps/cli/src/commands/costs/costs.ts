import type { Command } from 'commander';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { addComparisons } from './comparisons.js';
import { costFilter, withCostFilter, type CostFilterFlags } from './cost-filter.js';
import { costText } from './cost-text.js';
import { addNodePrices } from './node-prices.js';
import { addPriceBook } from './price-book.js';
import { addStatement } from './statement.js';
import { addWhatIf } from './what-if.js';

const EXAMPLES = `
Examples:
  corral costs node gpu-1 --bought 2400 --life 36 --purchased 2026-01-15 \\
    --load-watts 300 --idle-watts 60 --kwh 0.30
  corral costs --from 2026-11 --to 2026-12
  corral costs compare qwen3-coder groq/qwen3-32b
  corral costs what-if --model openai/gpt-5-mini
  corral costs statement 2026-11 --team research --output research.csv

Money is in US dollars, written without a $ sign. docs/cost-model.md has the formulas.`;

export function addCosts(program: Command): void {
  const costs = program.command('costs');
  withCostFilter(withClientOptions(costs))
    .description('what the machines cost, against what the cloud would have charged')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags & CostFilterFlags) => {
      const client = adminClient(flags);
      const report = await client.costs.report(await costFilter(client, flags));
      print(flags.json, report, costText(report));
    });
  addPriceBook(costs);
  addNodePrices(costs);
  addComparisons(costs);
  addWhatIf(costs);
  addStatement(costs);
}

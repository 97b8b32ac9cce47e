/** `corral costs prices`: what cloud models cost, as versions of which each keeps its time. */
import type { Command } from 'commander';
import type { CloudPriceView } from '@corral/contracts/http';
import { dollars } from '../../arguments/money.js';
import { moment } from '../../arguments/moment.js';
import { cloudModel } from '../../arguments/subject.js';
import { formatDay, formatDollars } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

interface AddFlags extends Flags {
  input: number;
  cachedInput?: number;
  output: number;
  name?: string;
  source: string;
  openWeights?: true;
  validFrom?: string;
}

const EXAMPLES = `
Examples:
  corral costs prices list --provider groq
  corral costs prices add groq/qwen3-32b --input 0.29 --output 0.59 --open-weights \\
    --source "groq.com/pricing, 2026-11-24"

Prices are dollars per million tokens. A new price never changes what requests before it cost.`;

export function addPriceBook(costs: Command): void {
  const prices = costs
    .command('prices')
    .description('the price book of cloud models')
    .addHelpText('after', EXAMPLES);

  withClientOptions(prices.command('list'))
    .description('list the prices that hold now')
    .option('--provider <provider>', 'of one provider')
    .option('--all', 'with those that have been, or will be')
    .action(async (flags: Flags & { provider?: string; all?: true }) => {
      const { provider, all } = flags;
      const shown = (await adminClient(flags).costs.prices()).filter(
        (price) =>
          (all || price.current) && (provider === undefined || price.provider === provider),
      );
      print(flags.json, shown, priceTable(shown));
    });

  withClientOptions(prices.command('add'))
    .argument('<provider/model>', 'who sells it, and its id there', cloudModel)
    .description('add a model, or a new price of one')
    .requiredOption('--input <dollars>', 'per million tokens of prompt', dollars)
    .option('--cached-input <dollars>', 'of it, cached (default: as the rest)', dollars)
    .requiredOption('--output <dollars>', 'per million tokens of answer', dollars)
    .requiredOption('--source <text>', 'where the figures are from, and as of when')
    .option('--name <name>', 'what people call it (default: its id)')
    .option('--open-weights', 'anybody may run the model, so it can be a comparison by default')
    .option('--valid-from <time>', 'a day, month or moment (default: now)', moment)
    .action(addPrice);
}

async function addPrice(of: ReturnType<typeof cloudModel>, flags: AddFlags): Promise<void> {
  const price = await adminClient(flags).costs.addPrice({
    ...of,
    name: flags.name ?? of.model,
    inputPerMTok: flags.input,
    cachedInputPerMTok: flags.cachedInput ?? null,
    outputPerMTok: flags.output,
    openWeights: flags.openWeights ?? false,
    source: flags.source,
    validFrom: flags.validFrom,
  });
  print(flags.json, price, priceTable([price]));
}

/** Dollars per million tokens. */
export function priceTable(prices: CloudPriceView[]): string {
  return table(
    ['MODEL', 'INPUT', 'CACHED', 'OUTPUT', 'WEIGHTS', 'VALID FROM', 'SOURCE'],
    prices.map((price) => [
      `${price.provider}/${price.model}`,
      formatDollars(price.inputPerMTok),
      formatDollars(price.cachedInputPerMTok ?? price.inputPerMTok),
      formatDollars(price.outputPerMTok),
      price.openWeights ? 'open' : 'closed',
      `${formatDay(price.validFrom)}${price.current ? '' : ' (does not hold now)'}`,
      price.source,
    ]),
    'No prices. `corral costs prices add PROVIDER/MODEL` adds one.',
    ['INPUT', 'CACHED', 'OUTPUT'],
  );
}

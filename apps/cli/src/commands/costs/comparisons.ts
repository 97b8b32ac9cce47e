/** `corral costs compare` and `comparisons`: the cloud models that deployments stand in for. */
import type { Command } from 'commander';
import type { ReferenceView } from '@corral/contracts/http';
import { gathered } from '../../arguments/amount.js';
import { cloudModel } from '../../arguments/subject.js';
import { CliError, EXIT } from '../../cli-error.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';

type CloudModel = ReturnType<typeof cloudModel>;

const EXAMPLES = `
Examples:
  corral costs compare qwen3-coder groq/qwen3-32b openai/gpt-5-mini
  corral costs compare qwen3-coder --default
  corral costs comparisons

The first model is the one for the books. By default it is the cheapest host of comparable open
weights; a frontier model is compared with only where it is named here.`;

export function addComparisons(costs: Command): void {
  withClientOptions(costs.command('compare'))
    .argument('<deployment>', 'as clients name it')
    .argument('[provider/model...]', 'what to compare it with, 5 at most', gathered(cloudModel))
    .description('choose the cloud models that a deployment stands in for')
    .option('--default', 'back to the cheapest host of comparable open weights')
    .addHelpText('after', EXAMPLES)
    .action(compare);

  withClientOptions(costs.command('comparisons'))
    .description('list what deployments are compared with, and why')
    .action(async (flags: Flags) => {
      const all = await adminClient(flags).costs.references();
      print(flags.json, all, referenceTable(all));
    });
}

async function compare(
  deployment: string,
  models: CloudModel[] | undefined,
  flags: Flags & { default?: true },
): Promise<void> {
  const references = models ?? [];
  if (references.length > 0 === (flags.default ?? false)) {
    throw new CliError(
      'Name cloud models, or give --default.',
      EXIT.usage,
      '`corral costs prices list` shows the models that have a price.',
    );
  }
  const view = await adminClient(flags).costs.setReferences(deployment, references);
  print(flags.json, view, referenceTable([view]));
}

function referenceTable(references: ReferenceView[]): string {
  return table(
    ['DEPLOYMENT', 'COMPARED WITH', 'CHOSEN', 'WHY'],
    references.map((reference) => [
      reference.deployment,
      reference.references.map(({ provider, model }) => `${provider}/${model}`).join(', ') || '-',
      reference.chosen,
      reference.reason,
    ]),
    'No deployments. `corral deploy MODEL --name NAME` makes one.',
  );
}

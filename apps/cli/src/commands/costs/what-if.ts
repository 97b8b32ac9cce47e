import type { Command } from 'commander';
import type { WhatIf, WhatIfQuery } from '@corral/contracts/http';
import { wholeNumber } from '../../arguments/amount.js';
import { cloudModel } from '../../arguments/subject.js';
import { thousandths } from '../../arguments/ratio.js';
import { CliError, EXIT } from '../../cli-error.js';
import { facts } from '../../output/facts.js';
import { formatDollars, formatShare } from '../../output/figures.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { costFilter, withCostFilter, type CostFilterFlags } from './cost-filter.js';
import { withHardwareOptions, type HardwareFlags } from './hardware-options.js';

interface WhatIfFlags extends Flags, CostFilterFlags, HardwareFlags {
  model?: ReturnType<typeof cloudModel>;
  devices?: number;
  /** Thousandths. */
  speed?: number;
}

const EXAMPLES = `
Examples:
  corral costs what-if --model openai/gpt-5-mini --from 2026-11
  corral costs what-if --bought 8000 --life 48 --load-watts 600 --idle-watts 90 --kwh 0.30 --speed 2.5`;

export function addWhatIf(costs: Command): void {
  const whatIf = withCostFilter(withClientOptions(costs.command('what-if')))
    .description('what the same requests would have cost elsewhere')
    .option('--model <provider/model>', 'with another cloud model for all of them', cloudModel)
    .addHelpText('after', EXAMPLES);
  withHardwareOptions(whatIf)
    .option('--devices <n>', 'compute devices of the other machine (default: 1)', wholeNumber(1))
    .option(
      '--speed <factor>',
      'of one of them, against a present one (default: 1)',
      thousandths(1, 1_000_000),
    )
    .action(async (flags: WhatIfFlags) => {
      const elsewhere = elsewhereOf(flags);
      const client = adminClient(flags);
      const answer = await client.costs.whatIf({
        ...(await costFilter(client, flags)),
        ...elsewhere,
      });
      print(flags.json, answer, whatIfText(answer));
    });
}

function elsewhereOf(flags: WhatIfFlags): WhatIfQuery {
  if (flags.model === undefined && flags.bought === undefined) {
    throw new CliError('Name a cloud model with --model, or a machine with --bought.', EXIT.usage);
  }
  return {
    ...flags.model,
    purchaseMicrodollars: flags.bought,
    lifeMonths: flags.life,
    loadWatts: flags.loadWatts,
    idleWatts: flags.idleWatts,
    microdollarsPerKwh: flags.kwh,
    pueThousandths: flags.pue,
    devices: flags.devices,
    speedThousandths: flags.speed,
  };
}

export function whatIfText({ price, hardware, ...sums }: WhatIf): string {
  const cloud = price === null ? 'Cloud, as in the books' : `${price.provider}/${price.model}`;
  return facts([
    [cloud, formatDollars(sums.cloudMicrodollars)],
    ['The same requests here', formatDollars(sums.localMicrodollars)],
    ['Spend avoided', formatDollars(sums.avoidedMicrodollars)],
    ...(hardware === null
      ? []
      : ([
          [
            'On the other machine',
            `${formatDollars(hardware.totalMicrodollars)}, of it idle ${formatDollars(hardware.idleMicrodollars)}`,
          ],
          [
            '  its utilisation',
            formatShare(hardware.utilisation) +
              (hardware.utilisation > 1 ? ': it would not have got through' : ''),
          ],
        ] as const)),
  ]);
}

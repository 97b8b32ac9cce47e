/** `corral costs node` and `nodes`: what the machines themselves cost. */
import { Option, type Command } from 'commander';
import type { z } from 'zod';
import type { NodePriceView, setNodePriceSchema } from '@corral/contracts/http';
import { nodeNamed } from '../../admin/named.js';
import { dollars } from '../../arguments/money.js';
import { moment } from '../../arguments/moment.js';
import { CliError, EXIT } from '../../cli-error.js';
import { formatDay, formatDollars } from '../../output/figures.js';
import { table } from '../../output/table.js';
import { adminClient, print, withClientOptions, type Flags } from '../command-context.js';
import { withHardwareOptions, type HardwareFlags } from './hardware-options.js';

export interface NodeFlags extends HardwareFlags {
  purchased?: string;
  /** Microdollars. */
  rentedPerHour?: number;
  validFrom?: string;
}

const EXAMPLES = `
Examples:
  corral costs node gpu-1 --bought 2400 --life 36 --purchased 2026-01-15 \\
    --load-watts 300 --idle-watts 60 --kwh 0.30
  corral costs node cloud-1 --rented-per-hour 0.5

A bought machine needs all of the first six; the rent of a rented one is taken to hold its power.`;

export function addNodePrices(costs: Command): void {
  const node = withClientOptions(costs.command('node <node>'))
    .description('say what a node costs, from now on')
    .option('--purchased <day>', 'when it was bought', moment)
    .addOption(
      new Option('--rented-per-hour <dollars>', 'what its rent comes to')
        .argParser(dollars)
        .conflicts(['bought', 'life', 'purchased']),
    )
    .option('--valid-from <time>', 'a day, month or moment (default: now)', moment)
    .addHelpText('after', EXAMPLES);
  withHardwareOptions(node).action(async (text: string, flags: Flags & NodeFlags) => {
    const price = nodePriceOf(flags);
    const client = adminClient(flags);
    const { id, name } = nodeNamed((await client.overview()).nodes, text);
    const set = await client.costs.setNodePrice(id, price);
    print(flags.json, set, nodePriceTable([set], new Map([[id, name]])));
  });

  withClientOptions(costs.command('nodes'))
    .description('list what nodes cost')
    .option('--all', 'with prices that have been, or will be')
    .action(async (flags: Flags & { all?: true }) => {
      const client = adminClient(flags);
      const shown = (await client.costs.nodePrices()).filter(({ current }) => flags.all || current);
      const names = (await client.overview()).nodes.map(({ id, name }) => [id, name] as const);
      print(flags.json, shown, nodePriceTable(shown, new Map(names)));
    });
}

/** Throws {@link CliError} (usage) that names what is missing. */
export function nodePriceOf(flags: NodeFlags): z.input<typeof setNodePriceSchema> {
  const { validFrom, pue, rentedPerHour } = flags;
  if (rentedPerHour !== undefined) {
    return {
      hardware: { kind: 'rented', microdollarsPerHour: rentedPerHour },
      loadWatts: flags.loadWatts ?? 0,
      idleWatts: flags.idleWatts ?? 0,
      microdollarsPerKwh: flags.kwh ?? 0,
      pueThousandths: pue,
      validFrom,
    };
  }
  return {
    hardware: {
      kind: 'bought',
      microdollars: needed(flags.bought, '--bought (or --rented-per-hour)'),
      lifeMonths: needed(flags.life, '--life'),
      purchasedAt: needed(flags.purchased, '--purchased'),
    },
    loadWatts: needed(flags.loadWatts, '--load-watts'),
    idleWatts: needed(flags.idleWatts, '--idle-watts'),
    microdollarsPerKwh: needed(flags.kwh, '--kwh'),
    pueThousandths: pue,
    validFrom,
  };
}

function needed<T>(value: T | undefined, option: string): T {
  if (value !== undefined) return value;
  const hint = '`corral costs node --help` shows an example.';
  throw new CliError(`The cost of a node needs ${option}.`, EXIT.usage, hint);
}

function nodePriceTable(prices: NodePriceView[], names: ReadonlyMap<string, string>): string {
  const figures = ['LOAD W', 'IDLE W', 'PER KWH', 'PUE', 'PER HOUR', 'OF IT POWER'];
  return table(
    ['NODE', 'HARDWARE', ...figures, 'VALID FROM'],
    prices.map((price) => [
      names.get(price.nodeId) ?? price.nodeId,
      hardwareText(price.hardware),
      String(price.loadWatts),
      String(price.idleWatts),
      formatDollars(price.microdollarsPerKwh),
      (price.pueThousandths / 1000).toString(),
      formatDollars(price.microdollarsPerLoadHour),
      formatDollars(price.energyMicrodollarsPerLoadHour),
      `${formatDay(price.validFrom)}${price.current ? '' : ' (does not hold now)'}`,
    ]),
    'No node has a price. `corral costs node NODE --help` says how to give one.',
    figures,
  );
}

function hardwareText(hardware: NodePriceView['hardware']): string {
  if (hardware.kind === 'rented') return `rented, ${formatDollars(hardware.microdollarsPerHour)}/h`;
  const { microdollars, lifeMonths, purchasedAt } = hardware;
  return `${formatDollars(microdollars)} over ${lifeMonths} months from ${formatDay(purchasedAt)}`;
}

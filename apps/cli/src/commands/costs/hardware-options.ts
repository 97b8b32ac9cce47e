/** What a machine costs, as options: of a node there is, or of one that might be. */
import { InvalidArgumentError, type Command } from 'commander';
import { wholeNumber } from '../../arguments/amount.js';
import { dollars } from '../../arguments/money.js';
import { thousandths } from '../../arguments/ratio.js';

export interface HardwareFlags {
  /** Microdollars. */
  bought?: number;
  /** Months. */
  life?: number;
  loadWatts?: number;
  idleWatts?: number;
  /** Microdollars per kilowatt-hour. */
  kwh?: number;
  /** Thousandths. */
  pue?: number;
}

export function withHardwareOptions(command: Command): Command {
  return command
    .option('--bought <dollars>', 'what the machine cost', dollars)
    .option('--life <months>', 'over which that is spread, 1 to 120', lifeMonths)
    .option('--load-watts <watts>', 'of the whole machine while it computes', wholeNumber(0))
    .option('--idle-watts <watts>', 'of the whole machine while it does not', wholeNumber(0))
    .option('--kwh <dollars>', 'price of a kilowatt-hour', dollars)
    .option(
      '--pue <factor>',
      'power of the building for each watt of the machine, 1 to 5 (default: 1.0)',
      thousandths(1000, 5000),
    );
}

function lifeMonths(text: string): number {
  const months = wholeNumber(1)(text);
  if (months <= 120) return months;
  throw new InvalidArgumentError('It is a number of months from 1 to 120.');
}

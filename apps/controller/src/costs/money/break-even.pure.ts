/**
 * When bought machines have paid for themselves, and how much has to run on them for that. Pure.
 *
 *   saved a day = (cloud counterfactual - all power - all rent) / days
 *   date        = newest purchase + invested / saved a day
 *
 * Hardware is the investment, and so is no cost of the days: it is never counted twice. Power is
 * all of it, idle too, and that of requests without a counterfactual. The tokens a day at which the
 * machines pay within their life solve
 *
 *   tokens x (cloud - power that computing adds) per token = write-off + rent + idle power, a day
 */
import type { BreakEven } from '@corral/contracts/http';
import {
  approximately,
  fraction,
  isAbove,
  over,
  plus,
  roundHalfUp,
  roundUp,
  times,
  ZERO,
  type Fraction,
} from './fraction.pure.js';
import { endOfLifeMs, hardwareOver, type Hardware } from './local-cost.pure.js';

const DAY_MS = 86_400_000;
/** Later than that is never. */
const FARTHEST_DAYS = 36_525;

/** What happened on the priced nodes within `ms`. Money in microdollars. */
export interface BreakEvenInput {
  ms: number;
  /** Of each priced node, what holds now. */
  hardware: readonly Hardware[];
  /** Counterfactual of the compared requests. */
  cloudMicrodollars: number;
  /** Prompt and completion, of all requests. */
  tokens: number;
  /** All power, and what it would have been had nothing computed. */
  energyMicrodollars: number;
  idleEnergyMicrodollars: number;
  rentMicrodollars: number;
  /** Share of the time in which the devices computed, 0 to 1. */
  utilisation: number;
}

export function breakEven(input: BreakEvenInput): BreakEven {
  const bought = input.hardware.flatMap((one) => (one.kind === 'bought' ? [one] : []));
  const invested = bought.reduce((sum, { microdollars }) => sum + microdollars, 0);
  const running = input.energyMicrodollars + input.rentMicrodollars;
  const perDay = (microdollars: number): Fraction =>
    input.ms === 0 ? ZERO : fraction(BigInt(microdollars) * BigInt(DAY_MS), BigInt(input.ms));
  const saved = perDay(input.cloudMicrodollars - running);
  const paysFrom = tokensToBreakEven(input, bought, perDay);
  return {
    investedMicrodollars: invested,
    savedPerDayMicrodollars: roundHalfUp(saved),
    ...paysFrom,
    ...dateOf(bought, invested, saved),
  };
}

type Bought = Extract<Hardware, { kind: 'bought' }>;

function dateOf(
  bought: readonly Bought[],
  invested: number,
  saved: Fraction,
): Pick<BreakEven, 'date' | 'reason'> {
  if (invested === 0) return { date: null, reason: 'No bought hardware has a price.' };
  if (!isAbove(saved, ZERO)) {
    return {
      date: null,
      reason: 'Never at this rate: power and rent cost as much as the cloud would, or more.',
    };
  }
  const days = over(fraction(invested, 1), saved);
  if (isAbove(days, fraction(FARTHEST_DAYS, 1))) {
    return { date: null, reason: 'Never at this rate: it would take more than a hundred years.' };
  }
  const newest = Math.max(...bought.map(({ purchasedAtMs }) => purchasedAtMs));
  const dateMs = newest + roundUp(times(days, fraction(DAY_MS, 1)));
  const lifeEndMs = Math.max(...bought.map(endOfLifeMs));
  return {
    date: new Date(dateMs).toISOString(),
    reason:
      dateMs <= lifeEndMs
        ? 'Within the life of the hardware.'
        : 'Only after the hardware has been written off.',
  };
}

function tokensToBreakEven(
  input: BreakEvenInput,
  bought: readonly Bought[],
  perDay: (microdollars: number) => Fraction,
): Pick<BreakEven, 'tokensPerDayToBreakEven' | 'utilisationToBreakEven'> {
  const unknown = { tokensPerDayToBreakEven: null, utilisationToBreakEven: null };
  if (input.tokens === 0 || input.ms === 0 || bought.length === 0) return unknown;
  const added = Math.max(0, input.energyMicrodollars - input.idleEnergyMicrodollars);
  const gainPerToken = fraction(input.cloudMicrodollars - added, input.tokens);
  if (!isAbove(gainPerToken, ZERO)) return unknown;
  const writeOff = bought.map((hardware) => hardwareOver(hardware, DAY_MS)).reduce(plus, ZERO);
  const fixed = plus(writeOff, perDay(input.rentMicrodollars + input.idleEnergyMicrodollars));
  const needed = over(fixed, gainPerToken);
  const present = perDay(input.tokens);
  return {
    tokensPerDayToBreakEven: roundUp(needed),
    utilisationToBreakEven:
      input.utilisation === 0 ? null : input.utilisation * approximately(over(needed, present)),
  };
}

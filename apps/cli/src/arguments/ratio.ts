import { InvalidArgumentError } from 'commander';
import { scaledDecimal } from './decimal.js';

/** A parser of decimals with at most three places, as thousandths: `1.25` is 1,250. */
export function thousandths(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = scaledDecimal(text, 3);
    if (value !== null && value >= from && value <= to) return value;
    throw new InvalidArgumentError(
      `It is a number from ${from / 1000} to ${to / 1000} with at most three decimals.`,
    );
  };
}

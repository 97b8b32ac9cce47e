/** Counts as people write them. Each throws InvalidArgumentError, which says what was expected. */
import { InvalidArgumentError } from 'commander';
import { scaledDecimal } from './decimal.js';

/** What takes a limit away. */
export const NONE = 'none';

/** Places that a suffix moves the decimal point. */
const SUFFIX_PLACES: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, b: 9 };

/** A parser of whole numbers of `from` or more. */
export function wholeNumber(from: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= from) return value;
    throw new InvalidArgumentError(`It is a whole number, ${from} or more.`);
  };
}

/** `500`, `10k`, `1.5m`, `2b`: a whole number of 0 or more. */
export function amount(text: string): number {
  const [, digits = '', suffix = ''] = /^([\d.]+)([kmb]?)$/i.exec(text) ?? [];
  const value = scaledDecimal(digits, SUFFIX_PLACES[suffix.toLowerCase()] ?? 0);
  if (value !== null) return value;
  throw new InvalidArgumentError('It is a whole number such as 500, 10k or 1.5m.');
}

/** As {@link amount}, 1 or more. */
export function positiveAmount(text: string): number {
  const value = amount(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It is a whole number of 1 or more, such as 500, 10k or 1.5m.');
}

/** `none`, or what `parse` takes. (Commander makes an empty text of a parser's null.) */
export function orNone<T>(parse: (text: string) => T): (text: string) => T | typeof NONE {
  return (text) => {
    if (text === NONE) return NONE;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new InvalidArgumentError(`${error.message} Or it is "none".`);
    }
  };
}

/** A parser for an option that may be given several times: the values in their order. */
export function gathered<T>(parse: (text: string) => T): (text: string, before?: T[]) => T[] {
  return (text, before = []) => [...before, parse(text)];
}

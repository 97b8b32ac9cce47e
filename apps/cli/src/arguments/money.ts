import { InvalidArgumentError } from 'commander';
import { scaledDecimal } from './decimal.js';

/**
 * Dollars (`50`, `0.30`) as microdollars, exactly. Throws InvalidArgumentError. A dollar sign is
 * refused, because a shell makes `0` of an unquoted `$50`: who writes it should learn so.
 */
export function dollars(text: string): number {
  const microdollars = scaledDecimal(text, 6);
  if (microdollars !== null) return microdollars;
  throw new InvalidArgumentError(
    'It is an amount in dollars such as 50 or 0.30, with at most 6 decimals and no $ sign.',
  );
}

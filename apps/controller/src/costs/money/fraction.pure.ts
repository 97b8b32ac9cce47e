/**
 * Exact fractions of big integers, for money that is smaller than a microdollar until it is added
 * up. Nothing is rounded on the way; {@link roundHalfUp} does it once, at the end. Pure.
 */
export interface Fraction {
  readonly numerator: bigint;
  /** Above 0. */
  readonly denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };

/** @param denominator above 0 */
export function fraction(numerator: bigint | number, denominator: bigint | number): Fraction {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === b.denominator) {
    return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  }
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return plus(a, { numerator: -b.numerator, denominator: b.denominator });
}

export function times(a: Fraction, b: Fraction): Fraction {
  return {
    numerator: a.numerator * b.numerator,
    denominator: a.denominator * b.denominator,
  };
}

/** @param b above 0 */
export function over(a: Fraction, b: Fraction): Fraction {
  return { numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator };
}

export function isAbove(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator > b.numerator * a.denominator;
}

/** The next whole number; a half goes up (-1.5 to -1). Throws RangeError when it is not safe. */
export function roundHalfUp({ numerator, denominator }: Fraction): number {
  return safeNumber(floorOf(2n * numerator + denominator, 2n * denominator));
}

/** The whole number at or above. Throws RangeError when it is not safe. */
export function roundUp({ numerator, denominator }: Fraction): number {
  return safeNumber(-floorOf(-numerator, denominator));
}

/** Only for what is shown, never for money. */
export function approximately({ numerator, denominator }: Fraction): number {
  return Number((numerator * 1_000_000_000n) / denominator) / 1e9;
}

/** A whole number of the database as one of ours. Throws RangeError when it is not safe. */
export function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is no safe integer`);
  return number;
}

/** BigInt division cuts towards zero; this one always goes down. */
function floorOf(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

import {
  approximately,
  fraction,
  minus,
  over,
  plus,
  roundHalfUp,
  roundUp,
  times,
} from './fraction.pure.js';

describe('a fraction', () => {
  it('adds, takes off, multiplies and divides exactly', () => {
    const third = fraction(1, 3);
    const sum = plus(plus(third, third), fraction(2, 6));
    expect(roundHalfUp(times(sum, fraction(1_000_000, 1)))).toBe(1_000_000);
    expect(roundHalfUp(over(minus(fraction(7, 2), fraction(1, 2)), fraction(1, 4)))).toBe(12);
    expect(approximately(third)).toBe(0.333333333);
  });

  it.each([
    [1, 2, 1],
    [49, 100, 0],
    [3, 2, 2],
    [-1, 2, 0],
    [-3, 2, -1],
    [-51, 100, -1],
    [4, 2, 2],
  ])('of %i/%i rounds half up to %i', (numerator, denominator, rounded) => {
    expect(roundHalfUp(fraction(numerator, denominator))).toBe(rounded);
  });

  it('rounds up to the whole number at or above', () => {
    expect([fraction(1, 9), fraction(9, 9), fraction(-1, 9)].map(roundUp)).toEqual([1, 1, 0]);
  });

  it('refuses what would not be exact as a number', () => {
    expect(() => roundHalfUp(fraction(2n ** 60n, 1))).toThrow(RangeError);
  });
});

import { dollars } from './money.js';
import { thousandths } from './ratio.js';

describe('an amount of dollars', () => {
  it.each([
    ['50', 50_000_000],
    ['0.30', 300_000],
    ['0.1', 100_000],
    ['0.000001', 1],
    ['2400', 2_400_000_000],
    // As a float it would be 2009999.9999999998.
    ['2.01', 2_010_000],
    ['0', 0],
    ['1.5000000', 1_500_000],
  ])('of %s is exactly %d microdollars', (text, microdollars) => {
    expect(dollars(text)).toBe(microdollars);
  });

  it.each(['$50', '0.0000001', '-1', '.5', '1.', '1,000', '5e3', '', 'NaN', '9999999999999999'])(
    'is not %j',
    (text) => {
      expect(() => dollars(text)).toThrow(/in dollars such as 50/);
    },
  );
});

describe('a factor', () => {
  it('is counted in thousandths, within its bounds', () => {
    const pue = thousandths(1000, 5000);

    expect(pue('1.0')).toBe(1000);
    expect(pue('1.25')).toBe(1250);
    for (const text of ['0.9', '5.001', '1.2345', 'x']) expect(() => pue(text)).toThrow();
  });
});

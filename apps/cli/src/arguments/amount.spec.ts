import { amount, orNone, positiveAmount, wholeNumber } from './amount.js';

describe('an amount', () => {
  it.each([
    ['0', 0],
    ['500', 500],
    ['10k', 10_000],
    ['2m', 2_000_000],
    ['1.5M', 1_500_000],
    ['0.001k', 1],
    ['3b', 3_000_000_000],
  ])('of %s is %d', (text, value) => {
    expect(amount(text)).toBe(value);
  });

  it.each(['', '-1', '1.5', '0.0001k', '10kk', '1e3', '0x10', '10 k', 'many', '99999999999999999'])(
    'is not %j',
    (text) => {
      expect(() => amount(text)).toThrow(/whole number such as/);
    },
  );

  it('is 1 or more where nothing would make no sense', () => {
    expect(positiveAmount('1k')).toBe(1000);
    expect(() => positiveAmount('0')).toThrow(/1 or more/);
  });

  it('may be "none" where a limit can be taken away', () => {
    expect(orNone(amount)('none')).toBe('none');
    expect(orNone(amount)('10k')).toBe(10_000);
    expect(() => orNone(amount)('all')).toThrow(/Or it is "none"/);
  });
});

describe('a whole number', () => {
  it('is that, from the least on', () => {
    expect(wholeNumber(1)('8')).toBe(8);
    for (const text of ['0', '', ' ', '1.5', 'x']) expect(() => wholeNumber(1)(text)).toThrow();
  });
});

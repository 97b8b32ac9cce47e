import { formatCount, formatRate } from './format-rate';

describe('a rate', () => {
  it.each([
    [0, '0'],
    [0.004, '0'],
    [0.04, '0.04'],
    [0.1, '0.1'],
    [3.24, '3.2'],
    [99.94, '99.9'],
    [99.96, '100'],
    [12_400.4, '12,400'],
  ])('of %d reads %s', (perSecond, text) => {
    expect(formatRate(perSecond)).toBe(text);
  });
});

describe('a count', () => {
  it('is grouped by thousands', () => {
    expect(formatCount(1204)).toBe('1,204');
  });
});

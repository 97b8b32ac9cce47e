import {
  counted,
  formatCount,
  formatDay,
  formatDollars,
  formatMinute,
  formatShare,
} from './figures.js';

describe('Dollars for a person', () => {
  it.each([
    [0, '$0.00'],
    [12_500_000, '$12.50'],
    [3_100, '$0.0031'],
    [75_000, '$0.075'],
    [1_234_567_890_000, '$1,234,567.89'],
    [-1_200_000, '-$1.20'],
    [999_999, '$1.00'],
    [150, '$0.0002'],
    [49, '<$0.0001'],
    [-49, '>-$0.0001'],
  ])('are of %d microdollars %s', (microdollars, text) => {
    expect(formatDollars(microdollars)).toBe(text);
  });
});

describe('Other figures for a person', () => {
  it('have separators, units and ISO dates', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatShare(0.1234)).toBe('12.3 %');
    expect(formatDay('2026-11-24T08:30:15.123Z')).toBe('2026-11-24');
    expect(formatMinute('2026-11-24T08:30:15.123Z')).toBe('2026-11-24T08:30Z');
    expect([counted(1, 'key'), counted(3, 'key')]).toEqual(['1 key', '3 keys']);
  });
});

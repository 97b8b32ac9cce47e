import { expiryDays, moment, month, overlapHours } from './moment.js';

describe('a moment', () => {
  it.each([
    ['2026-11', '2026-11-01T00:00:00.000Z'],
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2026-11-24T08:30Z', '2026-11-24T08:30:00.000Z'],
    ['2026-11-24T08:30:15.5+02:00', '2026-11-24T06:30:15.500Z'],
  ])('of %s is %s', (text, iso) => {
    expect(moment(text)).toBe(iso);
  });

  it.each([
    '2026-02-30',
    '2026-13',
    '2026-00-01',
    '2026-11-24T08:30',
    '2026-11-24T25:00Z',
    'today',
    '',
  ])('is not %j', (text) => {
    expect(() => moment(text)).toThrow(/a day such as/);
  });
});

describe('a month', () => {
  it('has a year and two digits', () => {
    expect(month('2026-01')).toBe('2026-01');
    for (const text of ['2026-1', '2026-13', '2026-01-01']) expect(() => month(text)).toThrow();
  });
});

describe('an overlap', () => {
  it.each([
    ['0', 0],
    ['24h', 24],
    ['7d', 168],
    ['720h', 720],
  ])('of %s is %d hours', (text, hours) => {
    expect(overlapHours(text)).toBe(hours);
  });

  it.each(['24', '31d', '1.5h', '-1h', 'h', ''])('is not %j', (text) => {
    expect(() => overlapHours(text)).toThrow(/24h or 7d/);
  });
});

describe('an expiry', () => {
  it('is never, or a number of days', () => {
    expect(expiryDays('never')).toBe('never');
    expect(expiryDays('30')).toBe(30);
    for (const text of ['0', '3651', '1.5', '']) expect(() => expiryDays(text)).toThrow();
  });
});

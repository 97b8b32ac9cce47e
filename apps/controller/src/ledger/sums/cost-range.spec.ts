import { hourRange, monthRange } from './cost-range.pure.js';

const NOW = new Date('2026-11-24T10:20:00Z');

describe('a range of hours', () => {
  const texts = (asked: Parameters<typeof hourRange>[0]) => {
    const range = hourRange(asked, NOW);
    return typeof range === 'string' ? range : [range.from, range.to].map((at) => at.toJSON());
  };

  it('holds whole hours around what was asked for', () => {
    const asked = { from: '2026-11-01T00:59:00Z', to: '2026-11-02T02:00:01+02:00' };
    expect(texts(asked)).toEqual(['2026-11-01T00:00:00.000Z', '2026-11-02T01:00:00.000Z']);
  });

  it('is the last thirty days unless it is said', () => {
    expect(texts({})).toEqual(['2026-10-25T11:00:00.000Z', '2026-11-24T11:00:00.000Z']);
  });

  it('is refused when it is empty or too long', () => {
    expect(texts({ from: '2026-11-24T11:00:00Z' })).toMatch(/before/);
    expect(texts({ from: '2025-01-01T00:00:00Z' })).toMatch(/400 days/);
  });
});

describe('a month', () => {
  it('goes to the first of the next one', () => {
    expect(monthRange('2026-12')).toEqual({
      from: new Date('2026-12-01T00:00:00Z'),
      to: new Date('2027-01-01T00:00:00Z'),
    });
  });
});

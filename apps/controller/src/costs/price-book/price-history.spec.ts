import { PriceHistory } from './price-history.pure.js';

const day = (number: number) => new Date(Date.UTC(2026, 0, number));
const row = (id: string, of: string, from: number) => ({ id, of, validFrom: day(from) });

describe('a history of prices', () => {
  const history = new PriceHistory(
    [row('a1', 'a', 1), row('a3', 'a', 20), row('a2', 'a', 10), row('b1', 'b', 5)],
    ({ of }) => of,
  );

  it('knows what held at a moment, from its first instant on', () => {
    const at = (number: number) => history.at('a', day(number))?.id ?? null;
    expect([at(0), at(1), at(9), at(10), at(25)]).toEqual([null, 'a1', 'a1', 'a2', 'a3']);
    expect(history.at('c', day(25))).toBeNull();
  });

  it('knows what holds of everything', () => {
    expect(history.allAt(day(12)).map(({ id }) => id)).toEqual(['a2', 'b1']);
    expect(history.allAt(day(2)).map(({ id }) => id)).toEqual(['a1']);
    expect(history.isCurrent(row('a2', 'a', 10), day(12))).toBe(true);
    expect(history.isCurrent(row('a3', 'a', 20), day(12))).toBe(false);
  });

  it('cuts a range where a price follows another', () => {
    const parts = history.within('a', day(5).getTime(), day(15).getTime());
    expect(parts.map(({ price, fromMs, toMs }) => [price.id, fromMs, toMs])).toEqual([
      ['a1', day(5).getTime(), day(10).getTime()],
      ['a2', day(10).getTime(), day(15).getTime()],
    ]);
    expect(history.within('b', day(1).getTime(), day(7).getTime())).toMatchObject([
      { fromMs: day(5).getTime() },
    ]);
    expect(history.within('a', day(-9).getTime(), day(1).getTime())).toEqual([]);
  });
});

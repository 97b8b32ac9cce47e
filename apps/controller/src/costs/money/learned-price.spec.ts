import { LearnedPrices } from './learned-price.pure.js';

describe('a learned price', () => {
  let prices: LearnedPrices;
  beforeEach(() => {
    prices = new LearnedPrices();
  });

  it('is unknown at first', () => expect(prices.estimate('tiny', 100)).toBeNull());

  it('is that of the tokens learned, rounded up', () => {
    prices.learn('tiny', 300, 100);
    expect(prices.estimate('tiny', 300)).toBe(100);
    expect(prices.estimate('tiny', 1)).toBe(1);
    expect(prices.estimate('tiny', 0)).toBe(0);
    expect(prices.estimate('tiny', -5)).toBe(0);
  });

  it('begins with past sums, once, and follows what comes', () => {
    prices.begin('tiny', { requests: 1_000, tokens: 100_000, microdollars: 100_000 });
    prices.begin('tiny', { requests: 1, tokens: 1, microdollars: 1_000 });
    expect(prices.estimate('tiny', 1_000)).toBe(1_000);
    for (let request = 0; request < 100; request += 1) prices.learn('tiny', 100, 300);
    expect(prices.estimate('tiny', 1_000)).toBeGreaterThan(2_990);
    expect(prices.estimate('tiny', 1_000)).toBeLessThanOrEqual(3_000);
  });

  it('is unknown while all was free', () => {
    prices.learn('tiny', 100, 0);
    expect(prices.estimate('tiny', 100)).toBeNull();
  });

  it('learns nothing of a request without tokens', () => {
    prices.learn('tiny', 0, 10);
    prices.begin('tiny', { requests: 0, tokens: 0, microdollars: 0 });
    expect(prices.estimate('tiny', 10)).toBeNull();
  });
});

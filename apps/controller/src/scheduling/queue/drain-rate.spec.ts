import { DrainRate } from './drain-rate.pure.js';

function after(ticks: number, servedPerTick: number, waiting = true): DrainRate {
  const rate = new DrainRate();
  for (let n = 0; n <= ticks; n += 1) {
    rate.tick(n * 250, waiting);
    for (let i = 0; i < servedPerTick; i += 1) rate.served();
  }
  return rate;
}

describe('how long somebody waits', () => {
  it('is their place over the turns per second', () => {
    expect(after(400, 2).waitMs(7)).toBeCloseTo(1_000, -2);
  });

  it('cannot be told from a few turns, nor from time in which nobody waited', () => {
    expect(after(3, 1).waitMs(0)).toBeNull();
    expect(after(100, 5, false).waitMs(0)).toBeNull();
  });

  it('follows a queue that becomes slower', () => {
    const rate = after(200, 4);
    const before = rate.waitMs(9) ?? 0;
    for (let n = 201; n < 400; n += 1) rate.tick(n * 250, true);
    expect(rate.waitMs(9)).toBeGreaterThan(2 * before);
  });
});

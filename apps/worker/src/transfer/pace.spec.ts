import { Pace } from './pace.pure.js';

describe('the pace of downloads', () => {
  it('is not limited unless it is said', () => {
    expect(new Pace(null).delayMs(1e9, 0)).toBe(0);
  });

  it('is kept over many pieces, and by several downloads together', () => {
    const pace = new Pace(8_000_000);
    let nowMs = 1_000;
    const startedAtMs = nowMs;
    // A megabyte a second, whoever brings it.
    for (let piece = 0; piece < 100; piece += 1) nowMs += pace.delayMs(50_000, nowMs);
    expect(nowMs - startedAtMs).toBeGreaterThan(4_750);
    expect(nowMs - startedAtMs).toBeLessThanOrEqual(5_000);
  });

  it('saves nothing up beyond a moment', () => {
    const pace = new Pace(8_000_000);
    expect(pace.delayMs(1_000_000, 60_000)).toBe(800);
  });
});

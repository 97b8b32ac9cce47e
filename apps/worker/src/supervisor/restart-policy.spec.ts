import { backOffMs, isCrashLoop } from './restart-policy.pure.js';

describe('the restart policy', () => {
  it('doubles the wait from half a second up to thirty', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backOffMs(failures, [], 0));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('waits longer for the second crash even when the replica was ready in between', () => {
    expect(backOffMs(1, [0, 10_000], 10_000)).toBe(1000);
  });

  it('calls three crashes within five minutes a loop, and slows down', () => {
    expect(isCrashLoop([0, 1000, 299_999], 299_999)).toBe(true);
    expect(backOffMs(1, [0, 1000, 2000], 2000)).toBe(60_000);
  });

  it('forgets crashes older than five minutes', () => {
    expect(isCrashLoop([0, 1000, 300_000], 300_000)).toBe(false);
  });
});

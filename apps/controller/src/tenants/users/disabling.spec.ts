import { disabledSince, disablingOf } from './disabling.pure.js';

const EARLIER = new Date('2026-01-01T00:00:00Z');
const NOW = new Date('2026-01-02T00:00:00Z');

describe('disabling', () => {
  it('holds from now on, and from before when it was disabled already', () => {
    expect(disabledSince(null, true, NOW)).toBe(NOW);
    expect(disabledSince(EARLIER, true, NOW)).toBe(EARLIER);
  });

  it('ends when told, and stays as it is when nothing is said', () => {
    expect(disabledSince(EARLIER, false, NOW)).toBeNull();
    expect(disabledSince(EARLIER, undefined, NOW)).toBe(EARLIER);
    expect(disabledSince(null, undefined, NOW)).toBeNull();
  });

  it('is told from its end, and from neither', () => {
    expect(disablingOf(null, NOW)).toBe('disable');
    expect(disablingOf(EARLIER, null)).toBe('enable');
    expect(disablingOf(EARLIER, NOW)).toBeNull();
    expect(disablingOf(null, null)).toBeNull();
  });
});

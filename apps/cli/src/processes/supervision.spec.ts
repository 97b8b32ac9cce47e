import {
  CRASH_WINDOW_MS,
  decideAfterCrash,
  MAX_CRASHES,
  MAX_DELAY_MS,
  type ExitDecision,
} from './supervision.pure.js';

/** Decides crash after crash at these times. */
function after(...timesMs: number[]): ExitDecision[] {
  let crashes: number[] = [];
  return timesMs.map((atMs) => {
    const decision = decideAfterCrash(crashes, atMs);
    crashes = decision.crashes;
    return decision;
  });
}

describe('After a crash', () => {
  it('a process is started again half a second later', () => {
    expect(after(1_000)[0]).toMatchObject({ action: 'restart', delayMs: 500 });
  });

  it('the pause grows with each further crash, up to ten seconds', () => {
    const delays = after(0, 1_000, 2_000, 3_000).map((decision) =>
      decision.action === 'restart' ? decision.delayMs : null,
    );

    expect(delays).toEqual([500, 1_500, 4_500, MAX_DELAY_MS]);
  });

  it('the fifth within a minute is the last', () => {
    const decisions = after(0, 1_000, 2_000, 3_000, CRASH_WINDOW_MS - 1);

    expect(decisions).toHaveLength(MAX_CRASHES);
    expect(decisions.at(-1)?.action).toBe('give_up');
  });

  it('crashes of more than a minute ago are forgotten', () => {
    const decisions = after(0, 1_000, 2_000, 3_000, CRASH_WINDOW_MS + 3_001);

    expect(decisions.at(-1)).toMatchObject({ action: 'restart', delayMs: 500 });
  });

  it('a process that crashes now and then is restarted for ever', () => {
    const decisions = after(...Array.from({ length: 50 }, (_, n) => n * CRASH_WINDOW_MS));

    expect(decisions.every(({ action }) => action === 'restart')).toBe(true);
  });
});

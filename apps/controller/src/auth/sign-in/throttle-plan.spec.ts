import { planTry, type ThrottleRule, type Tries } from './throttle-plan.pure.js';

const RULE: ThrottleRule = { freeTries: 3, maxPauseMs: 60_000 };
const START = new Date('2026-01-01T00:00:00Z');
const NONE: Tries = { tries: 0, freeAt: START, expiresAt: START };
const after = (from: Date, ms: number): Date => new Date(from.getTime() + ms);

/** Tries again as soon as it may, and gives the pauses in seconds. */
function pauses(count: number): number[] {
  let state = NONE;
  let now = START;
  return Array.from({ length: count }, () => {
    const plan = planTry(state, RULE, now);
    if (!plan.admitted) throw new Error('it is not free yet');
    const pauseMs = plan.next.freeAt.getTime() - now.getTime();
    state = plan.next;
    now = plan.next.freeAt;
    return pauseMs / 1000;
  });
}

describe('tries to sign in', () => {
  it('are free at first, then pause for longer and longer, up to a limit', () => {
    expect(pauses(11)).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('are refused during the pause, with what is left of it', () => {
    const state = { tries: 4, freeAt: after(START, 2_000), expiresAt: after(START, 900_000) };
    expect(planTry(state, RULE, after(START, 500))).toEqual({ admitted: false, waitMs: 1_500 });
    expect(planTry(state, RULE, after(START, 2_000)).admitted).toBe(true);
  });

  it('are forgotten after a quarter of an hour without one', () => {
    const first = planTry({ ...NONE, tries: 0 }, RULE, START);
    if (!first.admitted) throw new Error('the first try is refused');
    const busy = { ...first.next, tries: 9 };
    const later = planTry(busy, RULE, busy.expiresAt);
    expect(later).toMatchObject({ admitted: true, next: { tries: 1 } });
    expect(busy.expiresAt).toEqual(after(START, 900_000));
  });
});

import { countsOf, rolloutOf, situationOf } from '../testing/rollouts.js';
import type { RevisionTraffic } from './rollout-state.pure.js';
import { rolloutStep } from './rollout-step.pure.js';

const CANARY = { canarySteps: [10, 50], bakeS: 60 };
const ONE_READY = { to: countsOf(1) };

function traffic(change: Partial<RevisionTraffic> = {}): RevisionTraffic {
  return { requests: 100, failed: 0, ttftP95Ms: 200, ...change };
}

describe('a rollout', () => {
  it('begins', () => {
    const begun = rolloutStep(rolloutOf({ state: 'planned' }), situationOf());
    expect(begun).toMatchObject({ state: 'progressing', restartsStep: true });
  });

  it('gives a canary its keys when its replicas are ready, not before', () => {
    const rollout = rolloutOf({}, CANARY);
    expect(rolloutStep(rollout, situationOf({ to: countsOf(1, 0) }))).toBeNull();
    expect(rolloutStep(rollout, situationOf(ONE_READY))).toMatchObject({
      weight: 10,
      step: 0,
      restartsStep: true,
    });
  });

  it('watches a canary for its bake time and then goes to the next step', () => {
    const baking = rolloutOf({ weight: 10 }, CANARY);
    expect(rolloutStep(baking, situationOf({ ...ONE_READY, stepAgeMs: 59_000 }))).toBeNull();
    expect(rolloutStep(baking, situationOf({ ...ONE_READY, stepAgeMs: 60_000 }))).toMatchObject({
      step: 1,
      weight: 10,
    });
  });

  it('completes when all new replicas are ready and no old one is left', () => {
    const seen = { from: countsOf(1), to: countsOf(3) };
    expect(rolloutStep(rolloutOf(), situationOf(seen))).toBeNull();
    expect(rolloutStep(rolloutOf(), situationOf({ ...seen, from: countsOf(0) }))).toMatchObject({
      state: 'completed',
      weight: 100,
      ended: true,
    });
  });

  it('completes at once where nothing is to run, but not a canary', () => {
    const idle = situationOf({ desired: 0, from: countsOf(0) });
    expect(rolloutStep(rolloutOf(), idle)?.state).toBe('completed');
    expect(rolloutStep(rolloutOf({}, CANARY), idle)).toBeNull();
  });

  it.each(['progressing', 'paused'] as const)(
    'is rolled back while %s when the new revision cannot be loaded, in its own words',
    (state) => {
      const loadFailures = { count: 1, reason: 'the file is cut off', isFinal: true };
      expect(rolloutStep(rolloutOf({ state }), situationOf({ loadFailures }))).toMatchObject({
        state: 'rolled_back',
        weight: 0,
        ended: false,
        reason: expect.stringContaining('the file is cut off.') as unknown,
      });
    },
  );

  it('forgives as many failed loads as its gates say', () => {
    const once = { count: 1, reason: 'busy', isFinal: false };
    expect(rolloutStep(rolloutOf(), situationOf({ loadFailures: once }))).toBeNull();
    const twice = { ...once, count: 2 };
    expect(rolloutStep(rolloutOf(), situationOf({ loadFailures: twice }))?.reason).toContain(
      '2 times',
    );
  });

  it.each([
    [
      'too many failures',
      traffic({ failed: 6 }),
      traffic(),
      '6.0 % of its requests failed (6 of 100)',
    ],
    ['a slow first token', traffic({ ttftP95Ms: 401 }), traffic(), 'up to 401 ms'],
  ])('is rolled back for %s, with the figures', (_, to, from, figures) => {
    const reason = rolloutStep(rolloutOf(), situationOf({ traffic: { from, to } }))?.reason;
    expect(reason).toContain(figures);
  });

  it.each([
    ['as many failures as the old one', traffic({ failed: 20 }), traffic({ failed: 18 })],
    ['too few requests to judge', traffic({ requests: 19, failed: 19 }), traffic()],
    ['a first token twice as late', traffic({ ttftP95Ms: 400 }), traffic()],
    [
      'an old one that served next to nothing',
      traffic({ ttftP95Ms: 900 }),
      traffic({ requests: 3 }),
    ],
    ['times that nobody feels', traffic({ ttftP95Ms: 40 }), traffic({ ttftP95Ms: 1 })],
  ])('goes on with %s', (_, to, from) => {
    expect(rolloutStep(rolloutOf(), situationOf({ traffic: { from, to } }))).toBeNull();
  });

  it('pauses where there is no room, once memory has had time to come free', () => {
    const noRoom = 'gpu-1 has 2 GiB free.';
    expect(rolloutStep(rolloutOf(), situationOf({ noRoom, stalledMs: 14_000 }))).toBeNull();
    const paused = rolloutStep(rolloutOf(), situationOf({ noRoom, stalledMs: 15_000 }));
    expect(paused).toMatchObject({ state: 'paused', ended: false });
    expect(paused?.reason).toContain(noRoom);
    expect(paused?.reason).toContain('maxUnavailable');
  });

  it('does not pause while an old replica drains, or can make room', () => {
    const noRoom = 'gpu-1 is full.';
    const draining = { noRoom, from: countsOf(2, 2, 3), stalledMs: 20_000 };
    const short = rolloutOf({}, { maxUnavailable: 1 });
    expect(rolloutStep(short, situationOf(draining))).toBeNull();
    expect(rolloutStep(short, situationOf({ noRoom, stalledMs: 20_000 }))).toBeNull();
  });

  it('is rolled back when nothing moves for its deadline, saying what was heard last', () => {
    const rollout = rolloutOf({}, { progressDeadlineS: 30 });
    const loadFailures = { count: 0, reason: 'waits for the file', isFinal: false };
    const seen = situationOf({ loadFailures, to: countsOf(1, 0), stalledMs: 30_000 });
    expect(rolloutStep(rollout, seen)?.reason).toMatch(/for 30 s.*waits for the file/);
    expect(rolloutStep(rollout, { ...seen, stalledMs: 29_000 })).toBeNull();
  });

  it('to another model waits for the last requests of the old one, which no other can go on with', () => {
    const { to, ...rest } = rolloutOf();
    const other = { ...rest, to: { ...to, modelDigest: 'cd'.repeat(32) } };
    const last = { from: { ...countsOf(1), active: 2 }, to: countsOf(3) };
    expect(rolloutStep(other, situationOf(last))).toMatchObject({ weight: 100, step: 0 });
    const waiting = { ...other, weight: 100 };
    expect(rolloutStep(waiting, situationOf({ ...last, stepAgeMs: 599_000 }))).toBeNull();
    expect(rolloutStep(waiting, situationOf({ ...last, stepAgeMs: 600_000 }))?.step).toBe(1);
    const quiet = { ...last, from: countsOf(1), stepAgeMs: 3_000 };
    expect(rolloutStep(waiting, situationOf(quiet))?.step).toBe(1);
    const over = situationOf({ ...last, from: countsOf(0) });
    expect(rolloutStep({ ...waiting, step: 1 }, over)?.state).toBe('completed');
  });

  it('has ended its way back when no new replica is left and the old are ready', () => {
    const back = rolloutOf({ state: 'rolled_back' });
    expect(rolloutStep(back, situationOf(ONE_READY))).toBeNull();
    expect(rolloutStep(back, situationOf({ from: countsOf(3, 2) }))).toBeNull();
    expect(rolloutStep(back, situationOf())).toMatchObject({ state: 'rolled_back', ended: true });
  });

  it('has ended its way back in any case when the old ones do not come', () => {
    const back = rolloutOf({ state: 'rolled_back' });
    const seen = situationOf({ from: countsOf(3, 0), stalledMs: 600_000 });
    expect(rolloutStep(back, seen)?.ended).toBe(true);
  });
});

import { rolloutOf } from '../testing/rollouts.js';
import { canarySplitOf, revisionForKey, type CanarySplit } from './revision-for-key.pure.js';

const KEYS = Array.from({ length: 2_000 }, (_, at) => `0199a000-0000-7000-8000-${at}`);

function split(change: Partial<CanarySplit> = {}): CanarySplit {
  return {
    deploymentId: 'd',
    weight: 10,
    toRevisionId: 'new',
    otherRevisionId: 'old',
    ...change,
  };
}

const served = (by: string, at: CanarySplit): string[] =>
  KEYS.filter((key) => revisionForKey(at, key) === by);

describe('the revision for a key', () => {
  it('is any, where there is one', () => {
    expect(revisionForKey(null, 'key')).toBeNull();
  });

  it.each([1, 10, 50, 90])('is the new one for %d %% of the keys', (weight) => {
    const share = (served('new', split({ weight })).length / KEYS.length) * 100;
    expect(Math.abs(share - weight)).toBeLessThan(3);
  });

  it('stays the same, from one asking to the next', () => {
    expect(served('new', split())).toEqual(served('new', split()));
    // Written down: another version, on another machine, has to say the same.
    const half = split({ weight: 50 });
    const first = KEYS.slice(0, 20).map((key) => (revisionForKey(half, key) === 'new' ? 'n' : 'o'));
    expect(first.join('')).toBe('onooonnnoononoooonno');
  });

  it('moves from old to new with the weight, and never back', () => {
    let before = new Set<string>();
    for (const weight of [0, 1, 5, 10, 25, 50, 75, 99, 100]) {
      const now = new Set(served('new', split({ weight })));
      expect([...before].filter((key) => !now.has(key))).toEqual([]);
      before = now;
    }
    expect(before.size).toBe(KEYS.length);
  });

  it('falls on other keys in another deployment', () => {
    const other = served('new', split({ deploymentId: 'e' }));
    expect(other).not.toEqual(served('new', split()));
  });

  it('is the old one alone before a canary has its keys, and on the way back', () => {
    const canary = rolloutOf({}, { canarySteps: [10] });
    const early = canarySplitOf({ id: 'd', rollout: canary });
    const back = canarySplitOf({ id: 'd', rollout: rolloutOf({ state: 'rolled_back' }) });
    for (const at of [early, back]) {
      expect(new Set(KEYS.map((key) => revisionForKey(at, key)))).toEqual(new Set(['r1']));
    }
  });

  it('is any without a canary, during a rollout too', () => {
    expect(canarySplitOf({ id: 'd', rollout: null })).toBeNull();
    expect(canarySplitOf({ id: 'd', rollout: rolloutOf() })).toBeNull();
  });

  it('is any for the rest of the keys in the last step', () => {
    const last = split({ otherRevisionId: null });
    expect(new Set(KEYS.map((key) => revisionForKey(last, key)))).toEqual(new Set(['new', null]));
  });
});

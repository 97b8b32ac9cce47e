import { rolloutOf } from '../testing/rollouts.js';
import { ROLLOUT_ACTIONS, type RolloutAction } from './rollout-action.pure.js';

const CANARY = { canarySteps: [10, 50] };

function act(action: RolloutAction, state: 'progressing' | 'paused', step = 0) {
  return ROLLOUT_ACTIONS[action]({
    ...rolloutOf({ state, step, weight: 10 }, CANARY),
    endedAt: null,
  });
}

describe('a person', () => {
  it('pauses what is under way, and resumes what is paused', () => {
    expect(act('pause', 'progressing')).toMatchObject({ state: 'paused', weight: 10 });
    expect(act('pause', 'paused')).toContain('already');
    expect(act('resume', 'paused')).toMatchObject({ state: 'progressing', restartsStep: true });
    expect(act('resume', 'progressing')).toContain('not paused');
  });

  it('promotes a canary to the last step, paused or not, once', () => {
    for (const state of ['progressing', 'paused'] as const) {
      expect(act('promote', state)).toMatchObject({ state: 'progressing', step: 2, weight: 10 });
    }
    expect(act('promote', 'progressing', 2)).toContain('last step already');
  });

  it('rolls back, whatever the step', () => {
    const back = { state: 'rolled_back', weight: 0 };
    expect(act('rollback', 'progressing', 1)).toMatchObject(back);
    expect(act('rollback', 'paused')).toMatchObject(back);
  });

  it.each(['pause', 'resume', 'promote', 'rollback'] as const)(
    'can no longer %s what is over, or on its way back, and is told what to do',
    (action) => {
      const completed = { ...rolloutOf({ state: 'completed' }), endedAt: new Date(0) };
      expect(ROLLOUT_ACTIONS[action](completed)).toMatch(/has completed.*undo/);
      const back = { ...rolloutOf({ state: 'rolled_back' }), endedAt: null };
      expect(ROLLOUT_ACTIONS[action](back)).toContain('rolled back to revision 1');
    },
  );
});

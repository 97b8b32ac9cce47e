/** What a person may do to a rollout, by its state. Pure: a text says why not, and what else. */
import type { Rollout } from './rollout-state.pure.js';
import { rollBack, type RolloutChange } from './rollout-step.pure.js';

export type RolloutAction = 'pause' | 'resume' | 'promote' | 'rollback';

type Decide = (rollout: Rollout & { endedAt: Date | null }) => RolloutChange | string;

export const ROLLOUT_ACTIONS: Record<RolloutAction, Decide> = {
  pause: (rollout) =>
    openReason(rollout) ??
    (rollout.state === 'paused'
      ? 'The rollout is paused already.'
      : by(rollout, 'Paused by hand.', { state: 'paused', reason: 'Paused by hand.' })),
  resume: (rollout) =>
    openReason(rollout) ??
    (rollout.state === 'paused'
      ? // A canary that stood still is watched anew.
        by(rollout, 'Resumed by hand.', { state: 'progressing', reason: null, restartsStep: true })
      : 'The rollout is not paused.'),
  promote: (rollout) => openReason(rollout) ?? promoted(rollout),
  rollback: (rollout) => openReason(rollout) ?? rollBack(rollout, 'by hand.'),
};

/** Why nothing can be done to it any more; null: it can. */
function openReason({ state, endedAt, from, to }: Parameters<Decide>[0]): string | null {
  if (state === 'rolled_back') return `The rollout was rolled back to revision ${from.number}.`;
  if (endedAt === null) return null;
  return `The rollout has completed. To go back from revision ${to.number}, undo it.`;
}

function promoted(rollout: Rollout): RolloutChange | string {
  const lastStep = rollout.strategy.canarySteps.length;
  if (rollout.step >= lastStep && rollout.state !== 'paused') {
    return 'The rollout is in its last step already.';
  }
  return by(rollout, 'Promoted by hand.', {
    state: 'progressing',
    step: lastStep,
    reason: null,
    restartsStep: true,
  });
}

function by(
  { state, step, weight, reason }: Rollout,
  message: string,
  to: Partial<RolloutChange>,
): RolloutChange {
  return { state, step, weight, reason, message, restartsStep: false, ended: false, ...to };
}

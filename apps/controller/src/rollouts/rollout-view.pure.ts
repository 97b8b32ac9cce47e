/** A rollout as the console and the command line show it. Pure. */
import type { RolloutView } from '@corral/contracts/http';
import type { StoredRollout } from './rollout-state.pure.js';

/** @param replicas how far it is; null: it is over */
export function rolloutViewOf(
  rollout: StoredRollout,
  replicas: RolloutView['replicas'],
): RolloutView {
  const { id, state, strategy, step, weight, reason } = rollout;
  return {
    id,
    deployment: rollout.deployment.name,
    fromRevision: rollout.from.number,
    toRevision: rollout.to.number,
    state,
    strategy,
    step,
    weight,
    reason,
    replicas: rollout.endedAt === null ? replicas : null,
    createdAt: rollout.createdAt.toISOString(),
    endedAt: rollout.endedAt?.toISOString() ?? null,
    events: rollout.events.map(({ at, message }) => ({ at: at.toISOString(), message })),
  };
}

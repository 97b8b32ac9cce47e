import { replicaSpecSchema } from '@corral/contracts';
import { rolloutStrategySchema, type RolloutStrategy } from '@corral/contracts/http';
import type { RevisionCounts, Rollout, RolloutSituation } from '../rollouts/rollout-state.pure.js';

export function strategyOf(change: object = {}): RolloutStrategy {
  return rolloutStrategySchema.parse(change);
}

/** From revision 1 to revision 2, under way. */
export function rolloutOf(change: Partial<Rollout> = {}, strategy: object = {}): Rollout {
  const revision = (number: number): Rollout['to'] => ({
    id: `r${number}`,
    number,
    modelDigest: 'ab'.repeat(32),
    modelName: 'tiny.gguf',
    spec: replicaSpecSchema.parse({}),
  });
  return {
    id: 'rollout',
    state: 'progressing',
    strategy: strategyOf(strategy),
    step: 0,
    weight: 0,
    stepStartedAt: new Date(0),
    reason: null,
    from: revision(1),
    to: revision(2),
    ...change,
  };
}

export function countsOf(placed: number, ready = placed, present = placed): RevisionCounts {
  return { placed, ready, present, active: 0 };
}

/** Of three replicas, all of the old revision, with room for more and nothing to complain of. */
export function situationOf(change: Partial<RolloutSituation> = {}): RolloutSituation {
  return {
    desired: 3,
    from: countsOf(3),
    to: countsOf(0),
    noRoom: null,
    loadFailures: { count: 0, reason: null, isFinal: false },
    traffic: null,
    stepAgeMs: 0,
    stalledMs: 0,
    ...change,
  };
}

import type { ObservedReplica } from '@corral/contracts';
import { heartbeatOf, MODEL_DIGEST } from '../testing/heartbeats.js';
import { rolloutOf } from '../testing/rollouts.js';
import { movementOf, observeRollout, type ReportingNode } from './rollout-observation.pure.js';

const ROLLOUT = rolloutOf();

function replica(replicaId: string, change: Partial<ObservedReplica> = {}): ObservedReplica {
  return {
    replicaId,
    deployment: 'm',
    revisionId: 'r2',
    modelDigest: MODEL_DIGEST,
    state: 'ready',
    progress: null,
    failure: null,
    retryInMs: null,
    restarts: 0,
    slots: 4,
    activeSlots: 0,
    queued: 0,
    contextTokens: 512,
    memoryBytes: 0,
    enginePid: null,
    engineApi: null,
    threads: null,
    stats: null,
    ...change,
  };
}

function node(state: ReportingNode['state'], ...replicas: ObservedReplica[]): ReportingNode {
  return { state, heartbeat: heartbeatOf('gpu-1', { replicas }) };
}

const failure = { code: 'model_unavailable' as const, message: 'it is cut off' };
const FAILED = { state: 'failed' as const, failure };

describe('what is seen of a rollout', () => {
  it('tells what is placed from what is there, what is ready, and what works', () => {
    const placed = [{ revisionId: 'r1' }, { revisionId: 'r1' }, { revisionId: 'r2' }];
    const seen = observeRollout(ROLLOUT, placed, [
      node('ready', replica('a', { revisionId: 'r1', activeSlots: 2, queued: 1 })),
      node('ready', replica('b', { revisionId: 'r1', state: 'draining', activeSlots: 1 })),
      node('ready', replica('c', { state: 'loading' }), replica('d', { state: 'stopped' })),
    ]);
    expect(seen.from).toEqual({ placed: 2, ready: 1, present: 2, active: 4 });
    expect(seen.to).toEqual({ placed: 1, ready: 0, present: 1, active: 0 });
  });

  it('takes no replica for ready whose node is not heard of, or is about to leave', () => {
    const leaving = heartbeatOf('gpu-2', { replicas: [replica('b')], draining: true });
    const nodes = [node('suspect', replica('a')), { state: 'ready' as const, heartbeat: leaving }];
    expect(observeRollout(ROLLOUT, [], nodes).to).toMatchObject({ ready: 0, present: 2 });
    expect(observeRollout(ROLLOUT, [], [node('lost', replica('a'))]).to.present).toBe(0);
  });

  it('counts every start that failed, and knows when no other is to come', () => {
    const retrying = replica('a', { ...FAILED, retryInMs: 500, restarts: 1 });
    expect(observeRollout(ROLLOUT, [], [node('ready', retrying)]).loadFailures).toEqual({
      count: 2,
      reason: 'it is cut off',
      isFinal: false,
    });
    const final = node('ready', replica('a', FAILED));
    expect(observeRollout(ROLLOUT, [], [final]).loadFailures.isFinal).toBe(true);
  });

  it("does not hold the old revision's failures against the new one", () => {
    const old = node('ready', replica('a', { ...FAILED, revisionId: 'r1' }));
    expect(observeRollout(ROLLOUT, [], [old]).loadFailures.count).toBe(0);
  });

  it('moves with loading, and not with failing over and over', () => {
    const movement = (change: Partial<ObservedReplica>): string => {
      const nodes = [node('ready', replica('a', change))];
      return movementOf(ROLLOUT, observeRollout(ROLLOUT, [], nodes), nodes);
    };
    const loading = { state: 'loading' as const };
    expect(movement({ ...loading, progress: 0.1 })).not.toBe(
      movement({ ...loading, progress: 0.2 }),
    );
    const again = { ...loading, progress: 0.1 };
    expect(movement({ ...again, restarts: 1 })).toBe(movement({ ...again, restarts: 2 }));
    // What is on board comes and goes all the time.
    expect(movement({ activeSlots: 1 })).toBe(movement({ activeSlots: 2 }));
  });
});

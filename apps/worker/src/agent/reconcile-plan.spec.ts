import { replicaSpecSchema, type Assignment } from '@corral/contracts';
import {
  DRAIN_LIMIT_MS,
  planReconcile,
  type FetchSnapshot,
  YIELD_LIMIT_MS,
  type ReplicaSnapshot,
} from './reconcile-plan.pure.js';

const digest = 'a'.repeat(64);
const assignment: Assignment = {
  replicaId: 'r1',
  deployment: 'demo',
  revisionId: 'rev1',
  modelDigest: digest,
  spec: replicaSpecSchema.parse({}),
  deviceIds: [],
};
const nowMs = 100_000;

function desire(...assignments: Assignment[]) {
  return {
    assignments,
    models: new Set([digest]),
    fetches: new Map<string, FetchSnapshot>(),
    leaving: false,
    yielding: false,
  };
}

function see(change: Partial<ReplicaSnapshot> = {}): ReplicaSnapshot {
  const idle = { retryAtMs: null, onBoard: 0, drainingSinceMs: null };
  return { assignment, state: 'ready', ...idle, ...change };
}

describe('the reconcile plan', () => {
  it('is empty when everything is as it should be', () => {
    expect(planReconcile(desire(assignment), [see()], nowMs)).toEqual([]);
    expect(planReconcile(desire(), [], nowMs)).toEqual([]);
  });

  it('creates what is newly assigned', () => {
    expect(planReconcile(desire(assignment), [], nowMs)).toEqual([
      { do: 'create', assignment, reason: 'newly assigned' },
    ]);
  });

  it('starts a replica whose model is in the store', () => {
    const plan = planReconcile(desire(assignment), [see({ state: 'assigned' })], nowMs);
    expect(plan).toMatchObject([{ do: 'start', replicaId: 'r1' }]);
  });

  it('says what a replica waits for when its model is not here', () => {
    const desired = { ...desire(assignment), models: new Set<string>() };
    expect(planReconcile(desired, [see({ state: 'assigned' })], nowMs)).toMatchObject([
      { do: 'wait', failure: { message: expect.stringContaining('aaaaaaaaaaaa…') } },
    ]);
  });

  it.each(['assigned', 'fetching', 'failed'] as const)(
    'tells one that is %s how far its model file has come, when that is on its way',
    (state) => {
      const fetch = { progress: 0.5, failure: null, gaveUp: false };
      const desired = { ...desire(assignment), models: new Set<string>() };
      desired.fetches.set(digest, fetch);
      expect(planReconcile(desired, [see({ state, retryAtMs: 0 })], nowMs)).toEqual([
        { do: 'fetch', replicaId: 'r1', fetch },
      ]);
    },
  );

  it('starts a replica whose model has come', () => {
    const plan = planReconcile(desire(assignment), [see({ state: 'fetching' })], nowMs);
    expect(plan).toMatchObject([{ do: 'start', replicaId: 'r1' }]);
  });

  it('starts a failed replica when its time has come, not before, and not without one', () => {
    const failed = (retryAtMs: number | null) => [see({ state: 'failed', retryAtMs })];
    expect(planReconcile(desire(assignment), failed(nowMs), nowMs)).toMatchObject([
      { do: 'start' },
    ]);
    expect(planReconcile(desire(assignment), failed(nowMs + 1), nowMs)).toEqual([]);
    expect(planReconcile(desire(assignment), failed(null), nowMs)).toEqual([]);
  });

  it('stops what is no longer assigned and idle', () => {
    expect(planReconcile(desire(), [see()], nowMs)).toEqual([
      { do: 'stop', replicaId: 'r1', reason: 'no longer assigned' },
    ]);
  });

  it('drains what still has work on board, and stops it when that is done or time is up', () => {
    const busy = see({ onBoard: 2 });
    expect(planReconcile(desire(), [busy], nowMs)).toMatchObject([{ do: 'drain' }]);
    const draining = { ...busy, state: 'draining' as const, drainingSinceMs: nowMs };
    expect(planReconcile(desire(), [draining], nowMs + DRAIN_LIMIT_MS - 1)).toEqual([]);
    expect(planReconcile(desire(), [draining], nowMs + DRAIN_LIMIT_MS)).toMatchObject([
      { do: 'stop', reason: expect.stringContaining('time to drain is over') },
    ]);
    expect(planReconcile(desire(), [{ ...draining, onBoard: 0 }], nowMs)).toMatchObject([
      { do: 'stop' },
    ]);
  });

  it('replaces a replica whose spec has changed', () => {
    const changed = { ...assignment, spec: { ...assignment.spec, slots: 9 } };
    expect(planReconcile(desire(changed), [see()], nowMs)).toMatchObject([
      { do: 'stop', reason: 'its spec has changed' },
    ]);
    expect(planReconcile(desire(changed), [see({ state: 'stopped' })], nowMs)).toMatchObject([
      { do: 'forget' },
    ]);
    expect(planReconcile(desire(changed), [], nowMs)).toMatchObject([{ do: 'create' }]);
  });

  it('keeps what has stopped in mind while the node leaves, to tell it at last', () => {
    const leaving = { ...desire(assignment), leaving: true };
    expect(planReconcile(leaving, [see({ state: 'stopped' })], nowMs)).toEqual([]);
  });

  it('lets a drain that has begun end, even when the replica is wanted again', () => {
    const draining = see({ state: 'draining', drainingSinceMs: nowMs });
    expect(planReconcile(desire(assignment), [draining], nowMs)).toMatchObject([{ do: 'stop' }]);
  });

  it('ends everything within seconds on a node that gives way, and makes it anew afterwards', () => {
    const desired = { ...desire(assignment), yielding: true };
    expect(planReconcile(desired, [see()], nowMs)).toMatchObject([{ do: 'stop' }]);
    expect(planReconcile(desired, [see({ state: 'failed' })], nowMs)).toMatchObject([
      { do: 'stop' },
    ]);
    expect(planReconcile(desired, [see({ onBoard: 1 })], nowMs)).toMatchObject([{ do: 'drain' }]);
    const draining = see({ onBoard: 1, state: 'draining', drainingSinceMs: nowMs });
    expect(planReconcile(desired, [draining], nowMs + YIELD_LIMIT_MS - 1)).toEqual([]);
    expect(planReconcile(desired, [draining], nowMs + YIELD_LIMIT_MS)).toMatchObject([
      { do: 'stop', reason: 'the node gives way, and its time to drain is over' },
    ]);
    expect(planReconcile(desired, [], nowMs)).toEqual([]);
    expect(planReconcile(desire(assignment), [], nowMs)).toMatchObject([{ do: 'create' }]);
  });

  it('starts and creates nothing on a node that leaves', () => {
    const desired = { ...desire(assignment), leaving: true };
    expect(planReconcile(desired, [], nowMs)).toEqual([]);
    expect(planReconcile(desired, [see({ state: 'assigned' })], nowMs)).toEqual([]);
  });
});

import { REPLICA_STATES, type Failure, type ReplicaState } from '@corral/contracts';
import {
  advance,
  NEW_REPLICA,
  type ReplicaEvent,
  type ReplicaLifecycle,
} from './replica-lifecycle.pure.js';

const failure: Failure = { code: 'engine_crashed', message: 'The engine process ended.' };
const lost = (nowMs: number): ReplicaEvent => ({ type: 'lost', failure, nowMs });

function after(...events: ReplicaEvent[]): ReplicaLifecycle {
  return events.reduce(advance, NEW_REPLICA);
}

describe('the life of a replica', () => {
  it('goes from assigned over loading and warming to ready', () => {
    const states = [
      after().state,
      after({ type: 'start' }).state,
      after({ type: 'start' }, { type: 'progress', progress: 0.4 }).state,
      after({ type: 'start' }, { type: 'progress', progress: 1 }).state,
      after({ type: 'start' }, { type: 'progress', progress: 1 }, { type: 'ready' }).state,
    ];
    expect(states).toEqual(['assigned', 'loading', 'loading', 'warming', 'ready']);
  });

  it('shows its model file on its way, and why that stands still', () => {
    const fetch = { type: 'fetch', progress: 0.5, failure: null, gaveUp: false } as const;
    expect(after(fetch)).toMatchObject({ state: 'fetching', progress: 0.5, failure: null });
    const stuck = after(fetch, { ...fetch, failure });
    expect(stuck).toMatchObject({ state: 'fetching', failure });
    expect(advance(stuck, { ...fetch, failure })).toBe(stuck);
    expect(after(fetch, { type: 'start' })).toMatchObject({ state: 'loading', progress: null });
  });

  it('is failed when its model file is given up, until there is hope again', () => {
    const fetch = { type: 'fetch', progress: 0.5, failure, gaveUp: true } as const;
    const failed = after(fetch);
    expect(failed).toMatchObject({ state: 'failed', progress: null, failure, retryAtMs: null });
    expect(advance(failed, { ...fetch, progress: 0 })).toBe(failed);
    const hope = advance(failed, { ...fetch, failure: null, gaveUp: false });
    expect(hope).toMatchObject({ state: 'fetching', failure: null });
  });

  it('is failed when its engine is lost, with the time of the next try', () => {
    const replica = after({ type: 'start' }, { type: 'ready' }, lost(1000));
    expect(replica).toMatchObject({ state: 'failed', retryAtMs: 1500 });
    expect(replica.failure?.message).toBe('The engine process ended. Next start in 0.5 s.');
  });

  it('is in a crash loop after the third loss within five minutes', () => {
    const round: ReplicaEvent[] = [{ type: 'start' }, { type: 'ready' }];
    const replica = after(...round, lost(0), ...round, lost(1000), ...round, lost(2000));
    expect(replica.retryAtMs).toBe(62_000);
    expect(replica.failure?.message).toContain('crash loop: 3 times');
  });

  it('is never tried again by itself when trying cannot help', () => {
    const refusal: ReplicaEvent = { type: 'refused', failure, retryable: false, nowMs: 0 };
    expect(after({ type: 'start' }, refusal)).toMatchObject({ state: 'failed', retryAtMs: null });
  });

  it('says what it waits for', () => {
    expect(after({ type: 'wait', failure })).toMatchObject({ state: 'assigned', failure });
  });

  it('is stopped, not failed, when its engine ends while draining', () => {
    expect(after({ type: 'start' }, { type: 'ready' }, { type: 'drain' }, lost(0)).state).toBe(
      'stopped',
    );
  });

  it('is not changed by late news of a past state', () => {
    const stopped = after({ type: 'stopped' });
    expect(advance(stopped, lost(0))).toBe(stopped);
    expect(advance(stopped, { type: 'ready' })).toBe(stopped);
  });

  it('changes state only as the table says', () => {
    const events: ReplicaEvent[] = [
      { type: 'wait', failure },
      { type: 'fetch', progress: 0.5, failure: null, gaveUp: false },
      { type: 'start' },
      { type: 'progress', progress: 0.5 },
      { type: 'ready' },
      { type: 'refused', failure, retryable: true, nowMs: 0 },
      lost(0),
      { type: 'drain' },
      { type: 'stopped' },
    ];
    const targets = (state: ReplicaState): string =>
      events.map((event) => advance({ ...NEW_REPLICA, state }, event).state).join(' ');
    const table = Object.fromEntries(REPLICA_STATES.map((state) => [state, targets(state)]));
    expect(table).toEqual({
      assigned: 'assigned fetching loading assigned assigned assigned assigned draining stopped',
      fetching: 'assigned fetching loading fetching fetching fetching fetching draining stopped',
      loading: 'loading loading loading loading ready failed failed draining stopped',
      warming: 'warming warming warming loading ready failed failed draining stopped',
      ready: 'ready ready ready ready ready ready failed draining stopped',
      draining: 'draining draining draining draining draining draining stopped draining stopped',
      stopped: 'stopped stopped stopped stopped stopped stopped stopped stopped stopped',
      failed: 'assigned fetching loading failed failed failed failed draining stopped',
    });
  });
});

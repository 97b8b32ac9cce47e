/**
 * The state machine of one replica, as a pure function. The shell (`replica.ts`) does the work and
 * reports what happened; this decides what the replica is now and when a failed one is tried again.
 *
 * | from                              | event    | to                                              |
 * | --------------------------------- | -------- | ----------------------------------------------- |
 * | assigned, fetching, failed        | wait     | assigned, with what is waited for               |
 * | assigned, fetching, failed        | fetch    | fetching, or failed when that was given up      |
 * | assigned, fetching, failed        | start    | loading                                         |
 * | loading, warming                  | progress | loading; warming once the file is fully read    |
 * | loading, warming                  | ready    | ready                                           |
 * | loading, warming                  | refused  | failed; tried again only if that can help       |
 * | loading, warming, ready           | lost     | failed; tried again after a back-off            |
 * | draining                          | lost     | stopped                                         |
 * | any but stopped                   | drain    | draining (nothing on board: stopped at once)    |
 * | any                               | stopped  | stopped                                         |
 *
 * Any other pair is late news of a past state (an engine's last words, say) and changes nothing.
 */
import type { Failure, ReplicaState } from '@corral/contracts';
import { backOffMs, isCrashLoop, recentCrashes } from './restart-policy.pure.js';

export interface ReplicaLifecycle {
  state: ReplicaState;
  /** Share of the load, or of the fetching, that is done; null where unknown. */
  progress: number | null;
  /** Why it failed or waits; null when all is well. */
  failure: Failure | null;
  /** Monotonic time of the next try of a failed replica; null: none until something changes. */
  retryAtMs: number | null;
  /** Engine starts so far. */
  starts: number;
  /** Monotonic times at which an engine was lost, within the crash-loop window. */
  crashesAtMs: readonly number[];
  /** Failures since the replica was last ready. */
  failuresInARow: number;
}

export type ReplicaEvent =
  | { type: 'wait'; failure: Failure }
  | { type: 'fetch'; progress: number; failure: Failure | null; gaveUp: boolean }
  | { type: 'start' }
  | { type: 'progress'; progress: number }
  | { type: 'ready' }
  /** The load ended with a reason. `retryInMs` overrides the back-off. */
  | { type: 'refused'; failure: Failure; retryable: boolean; retryInMs?: number; nowMs: number }
  /** The engine process ended or was killed. */
  | { type: 'lost'; failure: Failure; nowMs: number }
  | { type: 'drain' }
  | { type: 'stopped' };

export const NEW_REPLICA: ReplicaLifecycle = {
  state: 'assigned',
  progress: null,
  failure: null,
  retryAtMs: null,
  starts: 0,
  crashesAtMs: [],
  failuresInARow: 0,
};

/** The replica after the event; the same object when the event changes nothing. */
export function advance(replica: ReplicaLifecycle, event: ReplicaEvent): ReplicaLifecycle {
  const { state } = replica;
  const loading = state === 'loading' || state === 'warming';
  const waiting = state === 'assigned' || state === 'fetching' || state === 'failed';
  switch (event.type) {
    case 'wait':
      if (!waiting) return replica;
      return { ...settled(replica, 'assigned'), failure: event.failure };
    case 'fetch':
      return waiting ? fetched(replica, event) : replica;
    case 'start':
      if (!waiting) return replica;
      return { ...settled(replica, 'loading'), starts: replica.starts + 1 };
    case 'progress':
      return loading ? progressed(replica, event.progress) : replica;
    case 'ready':
      return loading ? { ...settled(replica, 'ready'), failuresInARow: 0 } : replica;
    case 'refused':
      return loading ? refused(replica, event) : replica;
    case 'lost':
      if (state === 'draining') return settled(replica, 'stopped');
      return loading || state === 'ready' ? lost(replica, event) : replica;
    case 'drain':
      return state === 'stopped' ? replica : settled(replica, 'draining');
    case 'stopped':
      return settled(replica, 'stopped');
  }
}

function settled(replica: ReplicaLifecycle, state: ReplicaState): ReplicaLifecycle {
  return { ...replica, state, progress: null, failure: null, retryAtMs: null };
}

/** Once all of the model is loaded, it is warmed up. */
function progressed(replica: ReplicaLifecycle, progress: number): ReplicaLifecycle {
  return progress < 1
    ? { ...replica, state: 'loading', progress }
    : { ...replica, state: 'warming', progress: null };
}

function fetched(
  replica: ReplicaLifecycle,
  { progress, failure, gaveUp }: Extract<ReplicaEvent, { type: 'fetch' }>,
): ReplicaLifecycle {
  const state = gaveUp ? 'failed' : 'fetching';
  const isNews =
    replica.state !== state ||
    replica.failure?.message !== failure?.message ||
    (!gaveUp && replica.progress !== progress);
  if (!isNews) return replica;
  return { ...settled(replica, state), progress: gaveUp ? null : progress, failure };
}

function refused(
  replica: ReplicaLifecycle,
  { failure, retryable, retryInMs, nowMs }: Extract<ReplicaEvent, { type: 'refused' }>,
): ReplicaLifecycle {
  const failuresInARow = replica.failuresInARow + 1;
  const waitMs = retryInMs ?? backOffMs(failuresInARow, [], nowMs);
  return {
    ...settled(replica, 'failed'),
    failure,
    failuresInARow,
    retryAtMs: retryable ? nowMs + waitMs : null,
  };
}

function lost(
  replica: ReplicaLifecycle,
  { failure, nowMs }: Extract<ReplicaEvent, { type: 'lost' }>,
): ReplicaLifecycle {
  const crashesAtMs = [...recentCrashes(replica.crashesAtMs, nowMs), nowMs];
  const failuresInARow = replica.failuresInARow + 1;
  const waitMs = backOffMs(failuresInARow, crashesAtMs, nowMs);
  const next = `Next start in ${waitMs / 1000} s.`;
  const loop = isCrashLoop(crashesAtMs, nowMs)
    ? ` It is in a crash loop: ${crashesAtMs.length} times within 5 minutes.`
    : '';
  return {
    ...settled(replica, 'failed'),
    failure: { ...failure, message: `${failure.message}${loop} ${next}` },
    crashesAtMs,
    failuresInARow,
    retryAtMs: nowMs + waitMs,
  };
}

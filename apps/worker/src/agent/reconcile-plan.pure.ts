/**
 * From what should run here and what does, to the next actions: pure, so that every case is a test.
 * Level-triggered: it looks at the present only, and with nothing to do it plans nothing, however
 * often it is asked. `reconcile.service.ts` carries the actions out.
 *
 * For each replica, the first that applies:
 *
 *  1. It is stopped: forget it (and make it anew in the next round, if it is still wanted), unless the
 *     node is leaving, whose last heartbeat has to tell it.
 *  2. It is not wanted, or wanted with another spec, or the node gives way to other use:
 *     a. with work on board and time left to drain: drain;
 *     b. else: stop.
 *  3. It is wanted, and the node is leaving or gives way: nothing is started.
 *  4. It is wanted but unknown here: create it.
 *  5. It does not run, and its model file is not in the store:
 *     a. it is known where the file is to be had: say how far it has come;
 *     b. else: say what it waits for.
 *  6. It waits, and its model file is in the store: start.
 *  7. It failed: start when its time has come.
 */
import type { Assignment, Failure, ReplicaState } from '@corral/contracts';

export interface DesiredState {
  assignments: readonly Assignment[];
  /** Digests of the models in the store. */
  models: ReadonlySet<string>;
  /** The models on their way into the store, by digest. */
  fetches: ReadonlyMap<string, FetchSnapshot>;
  /** The worker is about to leave. */
  leaving: boolean;
  /** The node gives way to other use of the machine. */
  yielding: boolean;
}

export interface FetchSnapshot {
  /** 0 to 1. */
  progress: number;
  /** Why it does not go on; null when it does. */
  failure: Failure | null;
  /** It will not go on by itself. */
  gaveUp: boolean;
}

export interface ReplicaSnapshot {
  assignment: Assignment;
  state: ReplicaState;
  /** Monotonic; null: no try is due. */
  retryAtMs: number | null;
  /** Attempts in its engine. */
  onBoard: number;
  /** Monotonic; null: it does not drain. */
  drainingSinceMs: number | null;
}

export type ReconcileAction =
  | { do: 'create'; assignment: Assignment; reason: string }
  | { do: 'wait'; replicaId: string; failure: Failure }
  | { do: 'fetch'; replicaId: string; fetch: FetchSnapshot }
  | { do: 'start' | 'drain' | 'stop' | 'forget'; replicaId: string; reason: string };

/** What is on board may go on for so long after the drain began. */
export const DRAIN_LIMIT_MS = 30_000;
/** On a node that gives way: somebody waits for the machine. What is cut off goes on elsewhere. */
export const YIELD_LIMIT_MS = 3_000;

/** The actions to take now, at most one per replica. */
export function planReconcile(
  desired: DesiredState,
  observed: readonly ReplicaSnapshot[],
  nowMs: number,
): ReconcileAction[] {
  const wanted = new Map(desired.assignments.map((one) => [one.replicaId, one]));
  const known = new Set(observed.map(({ assignment }) => assignment.replicaId));
  const existing = observed.flatMap((replica) => {
    const assignment = wanted.get(replica.assignment.replicaId) ?? null;
    return planReplica(replica, assignment, desired, nowMs) ?? [];
  });
  if (desired.leaving || desired.yielding) return existing;
  const created = desired.assignments
    .filter(({ replicaId }) => !known.has(replicaId))
    .map((assignment) => ({ do: 'create', assignment, reason: 'newly assigned' }) as const);
  return [...existing, ...created];
}

function planReplica(
  replica: ReplicaSnapshot,
  wanted: Assignment | null,
  state: DesiredState,
  nowMs: number,
): ReconcileAction | null {
  const { leaving, yielding } = state;
  const { replicaId } = replica.assignment;
  if (replica.state === 'stopped') {
    return leaving ? null : { do: 'forget', replicaId, reason: 'it has stopped' };
  }
  if (yielding) return planEnd(replica, 'the node gives way', nowMs, YIELD_LIMIT_MS);
  if (wanted === null) return planEnd(replica, 'no longer assigned', nowMs);
  if (!isSame(wanted, replica.assignment)) return planEnd(replica, 'its spec has changed', nowMs);
  if (replica.state === 'draining') return planEnd(replica, 'its drain has begun', nowMs);
  return leaving ? null : planStart(replica, state, nowMs);
}

/** What brings a wanted replica nearer to running: its file, or a start. Null: nothing is due. */
function planStart(
  replica: ReplicaSnapshot,
  { models, fetches }: DesiredState,
  nowMs: number,
): ReconcileAction | null {
  const { replicaId, modelDigest } = replica.assignment;
  const waits = replica.state === 'assigned' || replica.state === 'fetching';
  if ((waits || replica.state === 'failed') && !models.has(modelDigest)) {
    const fetch = fetches.get(modelDigest);
    if (fetch !== undefined) return { do: 'fetch', replicaId, fetch };
    return { do: 'wait', replicaId, failure: missing(modelDigest) };
  }
  if (waits) return { do: 'start', replicaId, reason: 'its model is here' };
  const isDue = replica.retryAtMs !== null && nowMs >= replica.retryAtMs;
  if (replica.state === 'failed' && isDue) {
    return { do: 'start', replicaId, reason: 'its back-off is over' };
  }
  return null;
}

function planEnd(
  replica: ReplicaSnapshot,
  reason: string,
  nowMs: number,
  limitMs = DRAIN_LIMIT_MS,
): ReconcileAction | null {
  const { replicaId } = replica.assignment;
  if (replica.onBoard === 0) return { do: 'stop', replicaId, reason };
  if (replica.drainingSinceMs === null) return { do: 'drain', replicaId, reason };
  if (nowMs - replica.drainingSinceMs < limitMs) return null;
  return { do: 'stop', replicaId, reason: `${reason}, and its time to drain is over` };
}

/** Assignments come parsed by one schema, so equal ones have equal JSON. */
function isSame(one: Assignment, other: Assignment): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function missing(digest: string): Failure {
  const message =
    `Waits for the model file ${digest.slice(0, 12)}…, which is not in this node's store: ` +
    'no node that has it can be reached.';
  return { code: 'model_unavailable', message };
}

/** Why a generation does not wait, or waits no longer, in words for its caller. Pure. */
import type { Failure } from '@corral/contracts';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';

/** A failed replica that starts again this soon is worth waiting for. */
const SOON_MS = 10_000;
/** How long a wait can be told ahead. */
const MOST_RETRY_AFTER_MS = 60_000;

/** @param waiting generations that stay in the queue */
export function queueFull(deployment: string, waiting: number): Failure {
  return {
    code: 'overloaded',
    message: `All slots of '${deployment}' are busy and ${waiting} requests wait. Try again shortly.`,
  };
}

/**
 * Null: it may wait, as far as can be told.
 *
 * @param waitMs how long it is going to, about; null: nobody knows
 * @param limitMs longest wait in milliseconds
 */
export function tooLongFor(
  deployment: string,
  waiting: { submittedAtMs: number; deadlineAtMs: number | null },
  waitMs: number | null,
  limitMs: number,
): { failure: Failure; retryAfterMs: number } | null {
  if (waitMs === null) return null;
  const ownMs =
    waiting.deadlineAtMs === null ? limitMs : waiting.deadlineAtMs - waiting.submittedAtMs;
  const allowedMs = Math.min(limitMs, ownMs);
  if (waitMs <= allowedMs) return null;
  const message =
    `'${deployment}' is busy: a request that comes now would wait for about ` +
    `${Math.ceil(waitMs / 1000)} s, and may wait for ${Math.round(allowedMs / 1000)} s. ` +
    'Try again later.';
  const retryAfterMs = Math.min(MOST_RETRY_AFTER_MS, Math.max(1_000, waitMs - allowedMs));
  return { failure: { code: 'overloaded', message }, retryAfterMs };
}

/** When every replica has failed, waiting helps nobody: the reason goes out instead. Null: it may wait. */
export function hopelessReason(
  deployment: string,
  replicas: Iterable<{ replica: ReplicaSnapshot }>,
): Failure | null {
  let any = false;
  let reason: Failure | null = null;
  for (const { replica } of replicas) {
    // It was taken away (idle, scaled, replaced), which says nothing about those to come.
    if (replica.state === 'stopped') continue;
    if (mayBecomeReady(replica)) return null;
    any = true;
    reason ??= replica.failure;
  }
  if (!any) return null;
  return {
    code: 'model_unavailable',
    message: `No replica of '${deployment}' can run: ${reason?.message ?? 'all have failed'}`,
  };
}

/**
 * Null: it may go on waiting.
 *
 * @param limitMs longest wait in milliseconds
 * @param anyReady whether it waits for a slot, or for a replica
 */
export function latenessOf(
  deployment: string,
  waiting: { submittedAtMs: number; deadlineAtMs: number | null },
  nowMs: number,
  limitMs: number,
  anyReady: boolean,
): Failure | null {
  const waitedMs = nowMs - waiting.submittedAtMs;
  if (waiting.deadlineAtMs !== null && nowMs >= waiting.deadlineAtMs) {
    return {
      code: 'deadline_exceeded',
      message: `The request waited ${Math.round(waitedMs)} ms for a slot of '${deployment}' and its time is up.`,
    };
  }
  if (waitedMs < limitMs) return null;
  if (anyReady) {
    return {
      code: 'overloaded',
      message: `No slot of '${deployment}' became free within ${Math.round(limitMs / 1000)} s.`,
    };
  }
  return {
    code: 'model_loading',
    message: `No replica of '${deployment}' is ready yet. See 'corral status' for what it is doing.`,
  };
}

/**
 * May an answer be gone on with that a model has begun? Not when the deployment's replicas are of
 * another model now. Where there are none at all, one may come back.
 *
 * @param modelDigest null: nothing is begun
 */
export function canGoOn(
  modelDigest: string | null,
  replicas: Iterable<{ replica: ReplicaSnapshot }>,
): boolean {
  if (modelDigest === null) return true;
  let isReplaced = false;
  for (const { replica } of replicas) {
    if (replica.modelDigest !== modelDigest) isReplaced ||= replica.state === 'ready';
    else if (mayBecomeReady(replica) && replica.state !== 'draining') return true;
  }
  return !isReplaced;
}

/** For an answer that was begun by a model which no replica has any more. */
export function modelGone(deployment: string): Failure {
  return {
    code: 'worker_lost',
    message: `'${deployment}' has another model now, which cannot go on with this answer. Ask again.`,
  };
}

function mayBecomeReady({ state, retryInMs }: ReplicaSnapshot): boolean {
  if (state === 'failed') return retryInMs !== null && retryInMs <= SOON_MS;
  return true;
}

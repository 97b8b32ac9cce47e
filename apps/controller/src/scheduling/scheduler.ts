/**
 * The scheduler's pure core: which generation goes to which replica, and when.
 *
 * It is told what happened (a generation was submitted, an attempt ended, replicas were observed,
 * time passed) and answers through {@link SchedulerEffects}. It holds no clock, no timer and no
 * connection, so a simulation can drive it with recorded traffic and a test can read as a list of
 * facts. One shell (scheduling.service.ts) feeds it, one event at a time.
 *
 * A generation is `queued`, then `dispatched`; it leaves by {@link ended}, {@link cancel} or a
 * refusal. A bounced attempt (it never produced a token) goes back to the head of its queue.
 *
 * | event            | queued                         | dispatched                      |
 * |------------------|--------------------------------|---------------------------------|
 * | submit           | refused, or dispatched at once | -                               |
 * | cancel           | gone                           | gone (the shell stops it)       |
 * | ended            | -                              | gone, its slot is free          |
 * | bounced          | -                              | queued at the head, or refused  |
 * | replicasObserved | dispatched where a slot is free| -                               |
 * | tick             | refused when it waited too long| -                               |
 *
 * Order is by priority class, and first come, first served within one; deployments do not wait for
 * each other.
 */
import type { Failure } from '@corral/contracts';
import { PRIORITIES, type Priority } from '@corral/contracts/http';
import { chooseReplica } from './choose-replica.js';
import type { ReplicaSnapshot } from './replica-snapshot.js';
import type { SchedulerEffects } from './scheduler.effects.js';

export interface SchedulerLimits {
  /** Generations waiting per deployment at most; the next is refused. */
  queueLength: number;
  /** Longest wait for a slot in milliseconds. */
  queueWaitMs: number;
  /** Longest wait in milliseconds while no replica is ready (it loads, or has not reported yet). */
  loadWaitMs: number;
  /** Attempts that may be lost to crashes before the generation is given up. */
  lostAttempts: number;
}

export interface Submission {
  generationId: string;
  deployment: string;
  priority: Priority;
  /** On the caller's clock, as `nowMs`; null: only the limits above hold. */
  deadlineAtMs: number | null;
}

/**
 * Why an attempt came back without a token: `full` and `gone` cost nothing (it never started),
 * `lost` means that an engine or a worker ended with it on board.
 */
export type BounceReason = 'full' | 'gone' | 'lost';

interface Entry extends Submission {
  submittedAtMs: number;
  attempt: number;
  lost: number;
  /** Null while queued. */
  replica: ReplicaEntry | null;
}

interface ReplicaEntry {
  replica: ReplicaSnapshot;
  /** Own attempts on it. */
  own: number;
  /** Attempts of other controllers, as of the last heartbeat. */
  others: number;
  load: number;
  /** It refused or vanished: nothing more until it is heard of again. */
  suspended: boolean;
}

interface DeploymentEntry {
  queue: Entry[];
  replicas: Map<string, ReplicaEntry>;
}

export class Scheduler {
  private readonly entries = new Map<string, Entry>();
  private readonly deployments = new Map<string, DeploymentEntry>();

  constructor(
    private readonly effects: SchedulerEffects,
    private readonly limits: SchedulerLimits,
  ) {}

  /** Generations waiting in all queues. */
  get waiting(): number {
    let count = 0;
    for (const deployment of this.deployments.values()) count += deployment.queue.length;
    return count;
  }

  /** Generations dispatched and not ended. */
  get running(): number {
    return this.entries.size - this.waiting;
  }

  submit(submission: Submission, nowMs: number): void {
    const deployment = this.deployment(submission.deployment);
    const hopeless = hopelessReason(submission.deployment, deployment);
    if (hopeless !== null) return this.effects.refuse(submission.generationId, hopeless, 10_000);
    if (deployment.queue.length >= this.limits.queueLength) {
      return this.effects.refuse(
        submission.generationId,
        {
          code: 'overloaded',
          message: `All slots of '${submission.deployment}' are busy and ${deployment.queue.length} requests wait. Try again shortly.`,
        },
        1_000,
      );
    }
    const entry: Entry = {
      ...submission,
      submittedAtMs: nowMs,
      attempt: 0,
      lost: 0,
      replica: null,
    };
    this.entries.set(entry.generationId, entry);
    enqueue(deployment.queue, entry);
    this.dispatchFrom(deployment);
  }

  /** The attempt finished, however it did, after at least one token or for good. */
  ended(generationId: string, attempt: number): void {
    const entry = this.current(generationId, attempt);
    if (entry === null) return;
    this.entries.delete(generationId);
    this.release(entry);
  }

  /** The attempt came back without a token; it is tried again, first in its queue. */
  bounced(generationId: string, attempt: number, reason: BounceReason, cause: Failure): void {
    const entry = this.current(generationId, attempt);
    if (entry === null) return;
    if (reason !== 'lost' && entry.replica !== null) entry.replica.suspended = true;
    if (reason === 'lost') entry.lost += 1;
    const deployment = this.deployment(entry.deployment);
    if (entry.lost > this.limits.lostAttempts) {
      this.entries.delete(generationId);
      this.release(entry);
      return this.effects.refuse(generationId, cause, 1_000);
    }
    const replica = entry.replica;
    entry.replica = null;
    deployment.queue.unshift(entry);
    if (replica !== null) this.free(replica);
    this.dispatchFrom(deployment);
  }

  /** The caller is gone. True when an attempt is out and has to be stopped. */
  cancel(generationId: string): boolean {
    const entry = this.entries.get(generationId);
    if (entry === undefined) return false;
    this.entries.delete(generationId);
    if (entry.replica !== null) {
      this.release(entry);
      return true;
    }
    const { queue } = this.deployment(entry.deployment);
    queue.splice(queue.indexOf(entry), 1);
    return false;
  }

  /** The whole truth about replicas, as of now; those not in it are gone. */
  replicasObserved(replicas: readonly ReplicaSnapshot[]): void {
    const seen = new Set<string>();
    for (const replica of replicas) {
      seen.add(replica.replicaId);
      const known = this.deployment(replica.deployment).replicas;
      const entry = known.get(replica.replicaId);
      if (entry === undefined) known.set(replica.replicaId, newReplicaEntry(replica));
      else observe(entry, replica);
    }
    for (const [name, deployment] of this.deployments) {
      for (const id of deployment.replicas.keys()) {
        if (!seen.has(id)) deployment.replicas.delete(id);
      }
      this.refuseHopeless(name, deployment);
      this.dispatchFrom(deployment);
    }
  }

  /** Refuses what has waited too long. Call it a few times a second while anything waits. */
  tick(nowMs: number): void {
    for (const [name, deployment] of this.deployments) {
      if (deployment.queue.length === 0) continue;
      const limitMs = hasReadyReplica(deployment)
        ? this.limits.queueWaitMs
        : this.limits.loadWaitMs;
      for (const entry of [...deployment.queue]) {
        const late = lateness(name, entry, nowMs, limitMs, hasReadyReplica(deployment));
        if (late !== null) this.drop(deployment, entry, late);
      }
    }
  }

  private dispatchFrom(deployment: DeploymentEntry): void {
    while (deployment.queue.length > 0) {
      const target = chooseReplica(available(deployment));
      if (target === null) return;
      const entry = deployment.queue.shift();
      if (entry === undefined) return;
      entry.replica = target;
      entry.attempt += 1;
      target.own += 1;
      target.load += 1;
      this.effects.dispatch(entry.generationId, entry.attempt, target.replica);
    }
  }

  private release(entry: Entry): void {
    if (entry.replica !== null) this.free(entry.replica);
    this.dispatchFrom(this.deployment(entry.deployment));
  }

  private free(replica: ReplicaEntry): void {
    replica.own -= 1;
    replica.load = replica.own + replica.others;
  }

  private refuseHopeless(name: string, deployment: DeploymentEntry): void {
    if (deployment.queue.length === 0) return;
    const reason = hopelessReason(name, deployment);
    if (reason === null) return;
    for (const entry of [...deployment.queue]) this.drop(deployment, entry, reason);
  }

  private drop(deployment: DeploymentEntry, entry: Entry, failure: Failure): void {
    deployment.queue.splice(deployment.queue.indexOf(entry), 1);
    this.entries.delete(entry.generationId);
    const retryAfterMs = failure.code === 'deadline_exceeded' ? null : 5_000;
    this.effects.refuse(entry.generationId, failure, retryAfterMs);
  }

  private current(generationId: string, attempt: number): Entry | null {
    const entry = this.entries.get(generationId);
    return entry !== undefined && entry.replica !== null && entry.attempt === attempt
      ? entry
      : null;
  }

  private deployment(name: string): DeploymentEntry {
    let entry = this.deployments.get(name);
    if (entry === undefined) {
      entry = { queue: [], replicas: new Map() };
      this.deployments.set(name, entry);
    }
    return entry;
  }
}

/** Behind those that came before it and those of a higher class. */
function enqueue(queue: Entry[], entry: Entry): void {
  const rank = PRIORITIES.indexOf(entry.priority);
  let place = queue.length;
  while (place > 0 && PRIORITIES.indexOf(queue[place - 1]?.priority ?? entry.priority) > rank) {
    place -= 1;
  }
  queue.splice(place, 0, entry);
}

function newReplicaEntry(replica: ReplicaSnapshot): ReplicaEntry {
  return { replica, own: 0, others: replica.load, load: replica.load, suspended: false };
}

/** A heartbeat counts our own attempts too; what exceeds them belongs to other controllers. */
function observe(entry: ReplicaEntry, replica: ReplicaSnapshot): void {
  entry.replica = replica;
  entry.suspended = false;
  entry.others = Math.max(0, replica.load - entry.own);
  entry.load = entry.own + entry.others;
}

function* available(deployment: DeploymentEntry): Iterable<ReplicaEntry> {
  for (const entry of deployment.replicas.values()) if (!entry.suspended) yield entry;
}

function hasReadyReplica(deployment: DeploymentEntry): boolean {
  for (const { replica } of deployment.replicas.values()) {
    if (replica.state === 'ready' && replica.reachable) return true;
  }
  return false;
}

/** A failed replica that starts again this soon is worth waiting for. */
const SOON_MS = 10_000;

function mayBecomeReady({ state, retryInMs }: ReplicaSnapshot): boolean {
  if (state === 'failed') return retryInMs !== null && retryInMs <= SOON_MS;
  return state !== 'stopped';
}

/** When every replica has failed, waiting helps nobody: the reason goes out instead. */
function hopelessReason(name: string, deployment: DeploymentEntry): Failure | null {
  let reason: Failure | null = null;
  for (const { replica } of deployment.replicas.values()) {
    if (mayBecomeReady(replica)) return null;
    reason ??= replica.failure;
  }
  if (deployment.replicas.size === 0) return null;
  return {
    code: 'model_unavailable',
    message: `No replica of '${name}' can run: ${reason?.message ?? 'all have stopped'}`,
  };
}

function lateness(
  name: string,
  entry: Entry,
  nowMs: number,
  limitMs: number,
  anyReady: boolean,
): Failure | null {
  const waitedMs = nowMs - entry.submittedAtMs;
  if (entry.deadlineAtMs !== null && nowMs >= entry.deadlineAtMs) {
    return {
      code: 'deadline_exceeded',
      message: `The request waited ${Math.round(waitedMs)} ms for a slot of '${name}' and its time is up.`,
    };
  }
  if (waitedMs < limitMs) return null;
  if (anyReady) {
    return {
      code: 'overloaded',
      message: `No slot of '${name}' became free within ${Math.round(limitMs / 1000)} s.`,
    };
  }
  return {
    code: 'model_loading',
    message: `No replica of '${name}' is ready yet. See 'corral status' for what it is doing.`,
  };
}

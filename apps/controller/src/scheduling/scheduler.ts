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
 * Who is next is the queue's decision (fair-queue.ts), where to is chooseReplica's; deployments do
 * not wait for each other.
 */
import type { Failure } from '@corral/contracts';
import { chooseReplica } from './choose-replica.js';
import { FairQueue, type Waiting } from './fair-queue.js';
import { hopelessReason, latenessOf, queueFull } from './queue-refusals.js';
import {
  available,
  free,
  hasReadyReplica,
  hasReplicaOnItsWay,
  newReplicaLoad,
  observe,
  type ReplicaLoad,
} from './replica-load.js';
import type { ReplicaSnapshot } from './replica-snapshot.js';
import type { SchedulerEffects } from './scheduler.effects.js';

export interface SchedulerLimits {
  /** Generations waiting per deployment at most; the next is refused. */
  queueLength: number;
  /** Longest wait for a slot in milliseconds. */
  queueWaitMs: number;
  /**
   * Longest wait in milliseconds while no replica is ready or loading; while one is loading, this or
   * `queueWaitMs`, whichever is longer.
   */
  loadWaitMs: number;
  /** Attempts that may be lost to crashes before the generation is given up. */
  lostAttempts: number;
}

export interface Submission extends Omit<Waiting, 'submittedAtMs' | 'charge'> {
  generationId: string;
  deployment: string;
  /** On the caller's clock, as `nowMs`; null: only the limits above hold. */
  deadlineAtMs: number | null;
}

/**
 * Why an attempt came back without a token: `full` and `gone` cost nothing (it never started),
 * `lost` means that an engine or a worker ended with it on board.
 */
export type BounceReason = 'full' | 'gone' | 'lost';

/** What the engine did for a generation since this was last said. */
export interface Served {
  /** As the present attempt's engine counted it; null: not said this time. */
  prompt: { tokens: number; cachedTokens: number } | null;
  outputTokens: number;
}

interface Entry extends Submission, Waiting {
  attempt: number;
  lost: number;
  /** Null while queued. */
  replica: ReplicaLoad | null;
}

interface DeploymentEntry {
  queue: FairQueue<Entry>;
  replicas: Map<string, ReplicaLoad>;
}

export class Scheduler {
  private readonly entries = new Map<string, Entry>();
  private readonly deployments = new Map<string, DeploymentEntry>();
  /** As it was last told: ageing needs no finer clock than the ticks. */
  private nowMs = 0;

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
    this.nowMs = nowMs;
    const deployment = this.deployment(submission.deployment);
    const hopeless = hopelessReason(submission.deployment, deployment.replicas.values());
    if (hopeless !== null) return this.effects.refuse(submission.generationId, hopeless, 10_000);
    const entry: Entry = {
      ...submission,
      submittedAtMs: nowMs,
      charge: null,
      attempt: 0,
      lost: 0,
      replica: null,
    };
    this.entries.set(entry.generationId, entry);
    deployment.queue.push(entry);
    this.dispatchFrom(deployment);
    this.shorten(deployment);
  }

  /** Charges its tenant; what a generation that was cancelled still produces costs nobody a turn. */
  served(generationId: string, { prompt, outputTokens }: Served): void {
    const charge = this.entries.get(generationId)?.charge;
    if (prompt !== null) charge?.prompt(prompt.tokens, prompt.cachedTokens);
    charge?.output(outputTokens);
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
    deployment.queue.putBack(entry);
    if (replica !== null) free(replica);
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
    this.deployment(entry.deployment).queue.remove(entry);
    return false;
  }

  /** The whole truth about replicas, as of now; those not in it are gone. */
  replicasObserved(replicas: readonly ReplicaSnapshot[]): void {
    const seen = new Set<string>();
    for (const replica of replicas) {
      seen.add(replica.replicaId);
      const known = this.deployment(replica.deployment).replicas;
      const entry = known.get(replica.replicaId);
      if (entry === undefined) known.set(replica.replicaId, newReplicaLoad(replica));
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
    this.nowMs = nowMs;
    for (const [name, deployment] of this.deployments) {
      if (deployment.queue.length === 0) continue;
      const anyReady = hasReadyReplica(deployment.replicas.values());
      const limitMs = this.waitLimitMs(anyReady, deployment);
      for (const entry of [...deployment.queue]) {
        const late = latenessOf(name, entry, nowMs, limitMs, anyReady);
        if (late !== null) this.drop(deployment, entry, late, retryAfterMs(late));
      }
    }
  }

  private waitLimitMs(anyReady: boolean, { replicas }: DeploymentEntry): number {
    const { queueWaitMs, loadWaitMs } = this.limits;
    if (anyReady) return queueWaitMs;
    return hasReplicaOnItsWay(replicas.values()) ? Math.max(queueWaitMs, loadWaitMs) : loadWaitMs;
  }

  private dispatchFrom(deployment: DeploymentEntry): void {
    while (deployment.queue.length > 0) {
      const target = chooseReplica(available(deployment.replicas.values()));
      if (target === null) return;
      const entry = deployment.queue.take(this.nowMs);
      if (entry === null) return;
      entry.replica = target;
      entry.attempt += 1;
      target.own += 1;
      target.load += 1;
      this.effects.dispatch(entry.generationId, entry.attempt, target.replica);
    }
  }

  /** What has just come may stay where another tenant's last has to go. */
  private shorten(deployment: DeploymentEntry): void {
    const { queue } = deployment;
    if (queue.length <= this.limits.queueLength) return;
    const entry = queue.mostDispensable();
    if (entry === null) return;
    this.drop(deployment, entry, queueFull(entry.deployment, queue.length - 1), 1_000);
  }

  private release(entry: Entry): void {
    if (entry.replica !== null) free(entry.replica);
    this.dispatchFrom(this.deployment(entry.deployment));
  }

  private refuseHopeless(name: string, deployment: DeploymentEntry): void {
    if (deployment.queue.length === 0) return;
    const reason = hopelessReason(name, deployment.replicas.values());
    if (reason === null) return;
    for (const entry of [...deployment.queue])
      this.drop(deployment, entry, reason, retryAfterMs(reason));
  }

  private drop(
    { queue }: DeploymentEntry,
    entry: Entry,
    failure: Failure,
    retryAfterMs: number | null,
  ): void {
    queue.remove(entry);
    this.entries.delete(entry.generationId);
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
      entry = { queue: new FairQueue(), replicas: new Map() };
      this.deployments.set(name, entry);
    }
    return entry;
  }
}

/** A caller whose own time was up need not be told when to come back. */
function retryAfterMs({ code }: Failure): number | null {
  return code === 'deadline_exceeded' ? null : 5_000;
}

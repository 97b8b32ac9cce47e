/**
 * The scheduler's pure core: which generation goes to which replica, and when.
 *
 * It is told what happened (a generation was submitted, an attempt ended, a node was observed, time
 * passed) and answers through {@link SchedulerEffects}. It holds no clock, no timer and no
 * connection, so a simulation can drive it with recorded traffic and a test can read as a list of
 * facts. One shell (scheduling.service.ts) feeds it, one event at a time.
 *
 * A generation is `queued`, then `dispatched`; it leaves by {@link ended}, {@link cancel} or a
 * refusal. A bounced attempt goes back to the head of its queue.
 *
 * | event        | queued                         | dispatched                      |
 * |--------------|--------------------------------|---------------------------------|
 * | submit       | refused, or dispatched at once | -                               |
 * | cancel       | gone                           | gone (the shell stops it)       |
 * | ended        | -                              | gone, its slot is free          |
 * | bounced      | -                              | queued at the head, or refused  |
 * | nodeObserved | dispatched where there is room | -                               |
 * | tick         | refused when it waited too long| -                               |
 *
 * Who is next is the queue's decision (fair-queue.ts), where to is the policy's
 * (replica-policy.ts); deployments do not wait for each other.
 */
import type { Failure } from '@corral/contracts';
import { isBlamed, isSuspect, quarantineOf } from './crash-blame.js';
import type { DeploymentLane } from './deployment-lane.js';
import { DeploymentState } from './deployment-state.js';
import type { Turn } from '../queue/fair-queue.pure.js';
import { PlacedAttempts } from './placed-attempts.js';
import {
  canGoOn,
  hopelessReason,
  latenessOf,
  modelGone,
  queueFull,
  tooLongFor,
} from '../queue/queue-refusals.pure.js';
import { countOthers, hasFreeSlot, hasReplicaOnItsWay } from '../replicas/replica-load.pure.js';
import { LEAST_COST, type ReplicaPolicy } from '../replicas/replica-policy.pure.js';
import type { ReplicaSnapshot } from '../replicas/replica-snapshot.pure.js';
import { mayRetry } from './retry-budget.js';
import { SchedulerEntry, type Submission } from './scheduler-entry.js';
import { LOOKED_AT, shortestFirst } from '../queue/shortest-first.pure.js';
import type { SchedulerEffects } from './scheduler.effects.js';
import { waitingOf, type WaitingState } from './waiting-state.js';

export interface SchedulerLimits {
  /** Generations waiting per deployment at most; the next is refused. */
  queueLength: number;
  /** Longest wait for a slot in milliseconds; refused at once when it is going to be longer. */
  queueWaitMs: number;
  /**
   * Longest wait in milliseconds while no replica is ready or loading; while one is loading, this or
   * `queueWaitMs`, whichever is longer.
   */
  loadWaitMs: number;
  /** Attempts that may be lost before the generation is given up. */
  lostAttempts: number;
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

type Deployment = DeploymentState<SchedulerEntry>;
type Lane = DeploymentLane<SchedulerEntry>;

export class Scheduler {
  private readonly entries = new Map<string, SchedulerEntry>();
  private readonly deployments = new Map<string, Deployment>();
  /** Which deployments each node had replicas of. */
  private readonly nodes = new Map<string, ReadonlySet<string>>();
  private readonly placed = new PlacedAttempts();
  /** As it was last told: ageing needs no finer clock than the ticks. */
  private nowMs = 0;

  constructor(
    private readonly effects: SchedulerEffects,
    private readonly limits: SchedulerLimits,
    private readonly policy: ReplicaPolicy = LEAST_COST,
  ) {}

  /** Generations waiting in all queues. */
  get waiting(): number {
    let count = 0;
    for (const deployment of this.deployments.values()) count += deployment.waiting;
    return count;
  }

  /** Generations dispatched and not ended. */
  get running(): number {
    return this.entries.size - this.waiting;
  }

  /** Where in the queue it is, and why it waits; null when it does not. */
  waitingState(generationId: string): WaitingState | null {
    const entry = this.entries.get(generationId);
    if (entry === undefined || entry.replica !== null) return null;
    const deployment = this.deployment(entry.deployment);
    return waitingOf(deployment, this.laneOf(entry), entry);
  }

  /** Some replica of the deployment can be sent work, on a node that is heard of. */
  hasReady(deployment: string): boolean {
    return this.deployments.get(deployment)?.pool.anyReady ?? false;
  }

  submit(submission: Submission, nowMs: number): void {
    this.nowMs = nowMs;
    const deployment = this.deployment(submission.deployment);
    const hopeless = hopelessReason(deployment.name, deployment.pool.all);
    if (hopeless !== null) return this.effects.refuse(submission.generationId, hopeless, 10_000);
    const entry = new SchedulerEntry(submission, nowMs);
    this.entries.set(entry.generationId, entry);
    const lane = deployment.lane(entry);
    lane.queue.push(entry);
    this.dispatchFrom(deployment);
    if (entry.replica === null) this.shed(deployment, lane, entry);
  }

  /** Charges its tenant; what a generation that was cancelled still produces costs nobody a turn. */
  served(generationId: string, { prompt, outputTokens }: Served): void {
    const entry = this.entries.get(generationId);
    if (entry === undefined) return;
    // The caller waits so long for the first token, and has it.
    if (outputTokens > 0) entry.deadlineAtMs = null;
    if (prompt !== null) entry.charge?.prompt(prompt.tokens, prompt.cachedTokens);
    entry.charge?.output(outputTokens);
    entry.outputTokens += outputTokens;
    if (outputTokens > 0) entry.modelDigest ??= entry.replica?.replica.modelDigest ?? null;
    if (outputTokens === 0) return;
    const hasBegun = this.placed.begun(entry);
    const isAcquitted = this.placed.proceeded(entry, outputTokens);
    if (entry.replica === null || !(hasBegun || isAcquitted)) return;
    const deployment = this.deployment(entry.deployment);
    deployment.pool.changed(entry.replica);
    this.dispatchFrom(deployment);
  }

  /** So many attempts of other controllers are where this one went: newer than the last heartbeat. */
  othersCounted(generationId: string, others: number): void {
    const entry = this.entries.get(generationId);
    if (entry?.replica == null || entry.replica.others === others) return;
    countOthers(entry.replica, others);
    const deployment = this.deployment(entry.deployment);
    deployment.pool.changed(entry.replica);
    this.dispatchFrom(deployment);
  }

  /** The attempt finished, however it did, after at least one token or for good. */
  ended(generationId: string, attempt: number): void {
    const entry = this.current(generationId, attempt);
    if (entry === null) return;
    this.deployment(entry.deployment).answered(entry.outputTokens);
    this.entries.delete(generationId);
    this.release(entry);
  }

  /** The attempt came back without a finish; it is tried again, first in its queue. */
  bounced(generationId: string, attempt: number, reason: BounceReason, cause: Failure): void {
    const entry = this.current(generationId, attempt);
    if (entry?.replica == null) return;
    const { replica } = entry;
    const deployment = this.deployment(entry.deployment);
    if (reason === 'lost') {
      entry.lost += 1;
      // It ran until now, and waits for a slot anew.
      entry.submittedAtMs = this.nowMs;
      if (isBlamed(cause)) entry.crashes += 1;
    }
    this.leave(entry, reason === 'lost' && cause.code === 'engine_crashed');
    // Nothing more is sent there until it is heard of again; to one that is full nothing is anyway.
    const isOut = reason === 'lost' ? isBlamed(cause) : reason === 'gone';
    if (isOut || (reason === 'full' && hasFreeSlot(replica))) {
      replica.suspended = true;
      deployment.pool.changed(replica);
    }
    const quarantine = quarantineOf(entry);
    if (quarantine !== null || entry.lost > this.limits.lostAttempts) {
      this.entries.delete(generationId);
      this.effects.refuse(generationId, quarantine ?? cause, quarantine === null ? 1_000 : null);
    } else if (!canGoOn(entry.modelDigest, deployment.pool.all)) {
      this.entries.delete(generationId);
      this.effects.refuse(generationId, modelGone(entry.deployment), null);
    } else {
      this.laneOf(entry).queue.putBack(entry);
    }
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
    this.laneOf(entry).queue.remove(entry);
    return false;
  }

  /** The whole truth about a node's replicas, as of now; those not in it are gone. */
  nodeObserved(nodeId: string, replicas: readonly ReplicaSnapshot[]): void {
    const now = new Set(replicas.map(({ deployment }) => deployment));
    for (const name of new Set([...now, ...(this.nodes.get(nodeId) ?? [])])) {
      const deployment = this.deployment(name);
      deployment.pool.observe(
        nodeId,
        replicas.filter((replica) => replica.deployment === name),
      );
      this.refuseHopeless(deployment);
      this.dispatchFrom(deployment);
    }
    if (now.size > 0) this.nodes.set(nodeId, now);
    else this.nodes.delete(nodeId);
  }

  /** Refuses what has waited too long. Call it a few times a second while anything waits. */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    for (const deployment of this.deployments.values()) {
      const { anyReady } = deployment.pool;
      const limitMs = this.waitLimitMs(deployment);
      for (const lane of deployment.lanes.values()) {
        lane.drain.tick(nowMs, anyReady && lane.queue.length > 0);
        for (const entry of [...lane.queue]) {
          const late = latenessOf(deployment.name, entry, nowMs, limitMs, anyReady);
          if (late !== null) this.drop(lane, entry, late, retryAfterMs(late));
        }
      }
      deployment.forgetLanes();
    }
  }

  private waitLimitMs({ pool }: Deployment): number {
    const { queueWaitMs, loadWaitMs } = this.limits;
    if (pool.anyReady) return queueWaitMs;
    return hasReplicaOnItsWay(pool.all) ? Math.max(queueWaitMs, loadWaitMs) : loadWaitMs;
  }

  private dispatchFrom(deployment: Deployment): void {
    for (const lane of deployment.lanes.values()) {
      while (this.dispatchNext(deployment, lane));
    }
  }

  /** False when nobody who waits can go anywhere. */
  private dispatchNext(deployment: Deployment, lane: Lane): boolean {
    const { queue } = lane;
    if (queue.length === 0 || !deployment.pool.anySlot(lane.wanted)) return false;
    const first = queue.next(this.nowMs, !mayRetry(this.placed.returningCount, this.running));
    if (first === null) return false;
    if (this.place(deployment, lane, first)) return true;
    // Who came back may wait for a replica without a trial; the others need not wait for that.
    const second = first.rank === null ? queue.next(this.nowMs, true) : null;
    return second !== null && this.place(deployment, lane, second);
  }

  private place(
    deployment: Deployment,
    { queue, drain }: Lane,
    turn: Turn<SchedulerEntry>,
  ): boolean {
    const { pool } = deployment;
    const line = queue.line(turn, LOOKED_AT);
    const entry = shortestFirst(line, (one) => pool.prefillMsOf(one), this.nowMs);
    const choice = this.policy.choose(pool, {
      revisionId: entry.revisionId,
      modelDigest: entry.modelDigest,
      suspect: isSuspect(entry),
      promptTokens: entry.promptTokens,
      outputTokens: deployment.usualOutputTokens,
      hashes: entry.hashes,
      blockTokens: entry.blockTokens,
      // What goes on elsewhere does not wait where it is full: its own replica may be back sooner.
      mayWait: entry.lost === 0,
    });
    if (choice === null) return false;
    queue.take({ ...turn, entry });
    if (queue.length > 0) drain.served();
    const mayWait = !hasFreeSlot(choice.target);
    const dispatch = { ...choice, onTrial: isSuspect(entry), mayWait };
    this.effects.dispatch(entry.generationId, entry.attempt + 1, choice.target.replica, dispatch);
    this.placed.place(entry, choice);
    pool.changed(choice.target);
    return true;
  }

  private leave(entry: SchedulerEntry, byCrash: boolean): void {
    const replica = this.placed.leave(entry, byCrash);
    if (replica !== null) this.deployment(entry.deployment).pool.changed(replica);
  }

  /** What is going to wait for too long had better go elsewhere now. */
  private shed(deployment: Deployment, lane: Lane, entry: SchedulerEntry): void {
    const limitMs = this.limits.queueWaitMs;
    const late = deployment.pool.anyReady
      ? tooLongFor(deployment.name, entry, lane.waitMsOf(entry), limitMs)
      : null;
    if (late !== null) return this.drop(lane, entry, late.failure, late.retryAfterMs);
    this.shorten(deployment, lane);
  }

  /** What has just come may stay where another tenant's last has to go. */
  private shorten({ name, waiting }: Deployment, lane: Lane): void {
    if (waiting <= this.limits.queueLength) return;
    const entry = lane.queue.mostDispensable();
    if (entry === null) return;
    this.drop(lane, entry, queueFull(name, waiting - 1), 1_000);
  }

  private release(entry: SchedulerEntry): void {
    this.leave(entry, false);
    this.dispatchFrom(this.deployment(entry.deployment));
  }

  private refuseHopeless(deployment: Deployment): void {
    if (deployment.waiting === 0) return;
    const reason = hopelessReason(deployment.name, deployment.pool.all);
    for (const lane of deployment.lanes.values()) {
      const failure = reason ?? goneModel(deployment, lane);
      if (failure === null) continue;
      for (const entry of [...lane.queue]) this.drop(lane, entry, failure, retryAfterMs(failure));
    }
  }

  private drop(
    { queue }: Lane,
    entry: SchedulerEntry,
    failure: Failure,
    retryAfterMs: number | null,
  ): void {
    queue.remove(entry);
    this.entries.delete(entry.generationId);
    this.effects.refuse(entry.generationId, failure, retryAfterMs);
  }

  private current(generationId: string, attempt: number): SchedulerEntry | null {
    const entry = this.entries.get(generationId);
    return entry !== undefined && entry.replica !== null && entry.attempt === attempt
      ? entry
      : null;
  }

  private laneOf(entry: SchedulerEntry): Lane {
    return this.deployment(entry.deployment).lane(entry);
  }

  private deployment(name: string): Deployment {
    let deployment = this.deployments.get(name);
    if (deployment === undefined) {
      deployment = new DeploymentState(name);
      this.deployments.set(name, deployment);
    }
    return deployment;
  }
}

/** Why what waits in the lane to be gone on with cannot be; null: it can. */
function goneModel({ name, pool }: Deployment, { wanted, queue }: Lane): Failure | null {
  if (queue.length === 0 || canGoOn(wanted.modelDigest, pool.all)) return null;
  return modelGone(name);
}

/** A caller whose own time was up need not be told when to come back. */
function retryAfterMs({ code }: Failure): number | null {
  return code === 'deadline_exceeded' ? null : 5_000;
}

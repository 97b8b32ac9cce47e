/**
 * The shell around the scheduler's pure core: it feeds the core what happens (submissions, frames,
 * heartbeats, time), carries out what the core decides, and turns frames into the events that a
 * dialect shows its client.
 *
 * Node runs one of these callbacks at a time and the core never waits, which makes it the serial
 * loop that the core relies on. Nothing here touches the database.
 *
 * A generation whose worker or engine is lost is dispatched again with the tokens delivered so far
 * (see generation-stream.ts); the client sees a pause.
 */
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { ERRORS, type Failure, type Finish, type FrameStream } from '@corral/contracts';
import type { GenerationView } from '@corral/contracts/http';
import { STOPPING, STOPPING_RETRY_AFTER_MS } from '../common/stopping.js';
import type { Clock } from '../infra/clock.js';
import { AttemptWatch } from './attempts/attempt-watch.js';
import type { Attempts, StartOutcome } from './attempts/attempts.port.js';
import type {
  Generation,
  GenerationEvent,
  GenerationListener,
  GenerationSpec,
} from './core/generation.js';
import {
  account,
  billPrompt,
  failureOf,
  newLive,
  type ActiveGeneration,
} from './attempts/active-generation.js';
import { prefixBlocksOf } from './prefixes/prefix-blocks.pure.js';
import type { ReplicaDirectory } from './replicas/replica-directory.port.js';
import { explain } from './replicas/replica-policy.pure.js';
import type { ReplicaSnapshot } from './replicas/replica-snapshot.pure.js';
import type { Dispatch, SchedulerEffects } from './core/scheduler.effects.js';
import { Scheduler, type BounceReason, type SchedulerLimits } from './core/scheduler.js';
import { describeWaiting } from './core/waiting-state.js';

/** How often deadlines, silent streams and vanished replicas are looked for. */
const SWEEP_INTERVAL_MS = 250;
/**
 * How long a worker gets to say what it had computed when it was told to stop. Who goes away early
 * has to pay for what was computed, and only the worker knows.
 */
const LAST_WORD_MS = 1_000;

export class SchedulingService implements SchedulerEffects, OnModuleInit, OnModuleDestroy {
  private readonly live = new Map<string, ActiveGeneration>();
  private readonly scheduler: Scheduler;
  private readonly watch: AttemptWatch;
  private sweeper: NodeJS.Timeout | null = null;

  constructor(
    private readonly attempts: Attempts,
    private readonly directory: ReplicaDirectory,
    private readonly clock: Clock,
    limits: SchedulerLimits,
  ) {
    this.scheduler = new Scheduler(this, limits);
    this.watch = new AttemptWatch(attempts, directory, clock, {
      canMove: (deployment) => this.scheduler.hasReady(deployment),
      lose: (id, live) => this.lose(id, live),
    });
  }

  onModuleInit(): void {
    this.attempts.onFrame(({ nodeId, streams }) =>
      streams.forEach((piece) => this.onFrame(piece, nodeId)),
    );
    this.directory.onChange((nodeId) =>
      this.scheduler.nodeObserved(nodeId, this.directory.replicasOf(nodeId)),
    );
    this.sweeper = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS);
  }

  onModuleDestroy(): void {
    if (this.sweeper !== null) clearInterval(this.sweeper);
    // A failure, so that no client takes the half for the whole.
    const failure = {
      type: 'failed' as const,
      failure: STOPPING,
      retryAfterMs: STOPPING_RETRY_AFTER_MS,
    };
    for (const id of [...this.live.keys()]) {
      this.cancel(id, failure);
      // Nobody listens for last words any more.
      this.end(id, this.live.get(id)?.stopping?.last ?? failure);
    }
  }

  /** Generations that wait for a slot, and those that have one. */
  get counts(): { waiting: number; running: number } {
    return { waiting: this.scheduler.waiting, running: this.scheduler.running };
  }

  /** Queues the generation, or refuses it: that too comes as an event, before this returns. */
  submit(order: GenerationSpec, listener: GenerationListener): Generation {
    const nowMs = this.clock.monotonicMs();
    const { generationId, deployment, revisionId, tenant, priority, promptTokens } = order;
    const blocks = prefixBlocksOf(order.request, promptTokens);
    const live = newLive(order, blocks, listener, nowMs);
    this.live.set(generationId, live);
    const deadlineAtMs = order.timeoutMs === null ? null : nowMs + order.timeoutMs;
    const who = { generationId, deployment, revisionId, tenant, priority };
    this.scheduler.submit({ ...who, ...blocks, promptTokens, deadlineAtMs }, nowMs);
    return {
      report: live.report,
      waiting: () => this.waitingFor(generationId),
      cancel: () => this.cancel(generationId),
    };
  }

  /** Every generation that has not ended, oldest first. */
  views(): GenerationView[] {
    const nowMs = this.clock.monotonicMs();
    return [...this.live].map(([generationId, { order, replica, report, submittedAtMs }]) => ({
      generationId,
      deployment: order.deployment,
      teamId: order.tenant,
      priority: order.priority,
      ageMs: nowMs - submittedAtMs,
      nodeId: replica?.nodeId ?? null,
      reason: this.waitingFor(generationId) ?? report.routing ?? '',
    }));
  }

  dispatch(
    generationId: string,
    attempt: number,
    replica: ReplicaSnapshot,
    choice: Dispatch,
  ): void {
    const live = this.live.get(generationId);
    if (live === undefined) return;
    const nowMs = this.clock.monotonicMs();
    const { order, blocks, report, submittedAtMs } = live;
    live.replica = replica;
    live.heardAtMs = nowMs;
    report.attempts = attempt;
    report.nodeId = replica.nodeId;
    report.replicaId = replica.replicaId;
    report.revisionId = replica.revisionId;
    report.modelDigest = replica.modelDigest;
    report.queueMs = nowMs - submittedAtMs;
    report.routing = explain(choice);
    // The caller waits so long for the first token only.
    const limitMs = live.stream.nextIndex > 0 ? null : order.timeoutMs;
    const remainingMs = limitMs === null ? null : Math.max(0, limitMs - report.queueMs);
    const request = { ...live.stream.begin(attempt), prefixHashes: [...blocks.hashes] };
    this.attempts
      .start(replica.nodeId, {
        generationId,
        attempt,
        replicaId: replica.replicaId,
        remainingMs,
        ...(choice.onTrial ? { onTrial: true } : {}),
        mayWait: choice.mayWait,
        request,
      })
      .then(
        (outcome) => this.started(generationId, attempt, outcome),
        () => this.started(generationId, attempt, { outcome: 'gone' }),
      );
  }

  refuse(generationId: string, failure: Failure, retryAfterMs: number | null): void {
    this.end(generationId, { type: 'failed', failure, retryAfterMs });
  }

  private started(generationId: string, attempt: number, start: StartOutcome): void {
    const live = this.live.get(generationId);
    if (live === undefined || live.stream.attempt !== attempt || live.replica === null) return;
    if ('others' in start && start.others !== undefined) {
      this.scheduler.othersCounted(generationId, start.others);
    }
    if (start.outcome === 'accepted') return;
    if (live.stopping !== null) return this.end(generationId, live.stopping.last);
    if (start.outcome === 'refused') {
      this.scheduler.ended(generationId, attempt);
      return this.refuse(generationId, start.failure, null);
    }
    // A worker that was too slow to answer may have begun all the same: its frames are taken then.
    if (live.stream.nextIndex > live.stream.inheritedTokens) return;
    if (start.outcome === 'gone') {
      this.attempts.cancel(live.replica.nodeId, generationId, attempt);
    }
    this.bounce(generationId, live, start.outcome, {
      code: 'worker_lost',
      message: 'The worker did not take the request.',
    });
  }

  private onFrame(piece: FrameStream, nodeId: string): void {
    const live = this.live.get(piece.generationId);
    // A node may write into the streams that were sent to it, and into no others.
    const isRead = live?.replica?.nodeId === nodeId && live.stream.attempt === piece.attempt;
    if (!isRead) return this.disown(piece, nodeId);
    const offer = live.stream.offer(piece);
    if (offer === 'stale') return;
    if (offer === 'gap' && live.stopping === null) {
      return this.watch.askAgain(piece.generationId, live);
    }
    if (live.stopping !== null) return this.takeLastWord(piece, live, live.stopping.last);
    this.deliver(piece, live);
    if (piece.finish !== undefined) this.finish(piece.generationId, live, piece.finish);
  }

  /** Counts the stream's next piece and hands it to the listener. */
  private deliver(piece: FrameStream, live: ActiveGeneration): void {
    const nowMs = this.clock.monotonicMs();
    live.heardAtMs = nowMs;
    const { prompt = null } = piece;
    if (prompt !== null) billPrompt(live.report, prompt);
    this.scheduler.served(piece.generationId, { prompt, outputTokens: piece.tokens.length });
    if (piece.tokens.length > 0) live.report.ttftMs ??= nowMs - live.submittedAtMs;
    if (piece.tokens.length > 0 || piece.text !== '') {
      live.report.completionTokens = live.stream.tokens.length;
      live.listener({
        type: 'text',
        text: piece.text,
        tokens: piece.tokens.length,
        logprobs: piece.logprobs,
      });
    }
  }

  /** Nobody reads this attempt any more, and its worker did not hear so when it was given up. */
  private disown({ generationId, attempt, finish }: FrameStream, nodeId: string): void {
    if (finish === undefined) this.attempts.cancel(nodeId, generationId, attempt);
  }

  /** Of a generation that was told to stop: what it came to, and nothing for the listener. */
  private takeLastWord(
    { generationId, prompt, finish }: FrameStream,
    live: ActiveGeneration,
    last: GenerationEvent,
  ): void {
    const { report, stream } = live;
    if (prompt !== undefined) billPrompt(report, prompt);
    report.completionTokens = stream.tokens.length;
    if (finish === undefined) return;
    account(report, finish);
    report.completionTokens = stream.inheritedTokens + finish.completionTokens;
    this.end(generationId, last);
  }

  private finish(generationId: string, live: ActiveGeneration, finish: Finish): void {
    const { report, stream } = live;
    account(report, finish);
    const failure = failureOf(finish);
    if (failure === null) {
      report.completionTokens = stream.inheritedTokens + finish.completionTokens;
      this.scheduler.ended(generationId, stream.attempt);
      const reason = finish.reason === 'length' ? 'length' : 'stop';
      return this.end(generationId, { type: 'finished', reason });
    }
    if (ERRORS[failure.code].retryable) {
      return this.bounce(generationId, live, 'lost', failure);
    }
    this.scheduler.ended(generationId, stream.attempt);
    this.refuse(generationId, failure, null);
  }

  /** The present attempt is over without a finish; the core decides whether there is another. */
  private bounce(
    generationId: string,
    live: ActiveGeneration,
    reason: BounceReason,
    cause: Failure,
  ): void {
    const { attempt } = live.stream;
    live.replica = null;
    if (reason === 'lost') live.report.wastedTokens += live.report.promptTokens;
    this.scheduler.bounced(generationId, attempt, reason, cause);
  }

  private cancel(
    generationId: string,
    last: GenerationEvent = { type: 'finished', reason: 'cancelled' },
  ): void {
    const live = this.live.get(generationId);
    if (live === undefined || live.stopping !== null) return;
    const out = this.scheduler.cancel(generationId);
    if (!out || live.replica === null) return this.end(generationId, last);
    this.attempts.cancel(live.replica.nodeId, generationId, live.stream.attempt);
    live.stopping = { last, untilMs: this.clock.monotonicMs() + LAST_WORD_MS };
  }

  private end(generationId: string, last: GenerationEvent): void {
    const live = this.live.get(generationId);
    if (live === undefined) return;
    this.live.delete(generationId);
    live.listener(last);
  }

  private waitingFor(generationId: string): string | null {
    const state = this.scheduler.waitingState(generationId);
    return state === null ? null : describeWaiting(state);
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    this.scheduler.tick(nowMs);
    for (const [generationId, { stopping }] of this.live) {
      if (stopping !== null && nowMs >= stopping.untilMs) this.end(generationId, stopping.last);
    }
    this.watch.sweep(this.live);
  }

  private lose(generationId: string, live: ActiveGeneration): void {
    if (live.replica === null || this.live.get(generationId) !== live) return;
    this.attempts.cancel(live.replica.nodeId, generationId, live.stream.attempt);
    this.bounce(generationId, live, 'lost', {
      code: 'worker_lost',
      message: 'The machine that generated the answer was lost.',
    });
  }
}

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
import { STOPPING, STOPPING_RETRY_AFTER_MS } from '../common/stopping.js';
import type { Clock } from '../infra/clock.js';
import type { ReplicaDirectory } from './replica-directory.port.js';
import type { Attempts, StartOutcome } from './attempts.port.js';
import { GenerationStream } from './generation-stream.js';
import type {
  Generation,
  GenerationEvent,
  GenerationListener,
  GenerationOrder,
  GenerationReport,
} from './generation.js';
import type { ReplicaSnapshot } from './replica-snapshot.js';
import type { SchedulerEffects } from './scheduler.effects.js';
import { Scheduler, type BounceReason, type SchedulerLimits } from './scheduler.js';

/** How often deadlines, silent streams and vanished replicas are looked for. */
const SWEEP_INTERVAL_MS = 250;
/** A stream silent for this long is asked whether it is still there. */
const SILENCE_MS = 2_000;
/**
 * How long a worker gets to say what it had computed when it was told to stop. Who goes away early
 * has to pay for what was computed, and only the worker knows.
 */
const LAST_WORD_MS = 1_000;
/** After the bus came back, workers get this long to report before they count as vanished. */
const RECONNECT_GRACE_MS = 3_000;

interface Live {
  order: GenerationOrder;
  stream: GenerationStream;
  listener: GenerationListener;
  report: GenerationReport;
  submittedAtMs: number;
  /** Where the present attempt is; null while queued. */
  replica: ReplicaSnapshot | null;
  heardAtMs: number;
  /** A resend is under way. */
  asking: boolean;
  /** Told to stop: what the listener hears when the worker has had its last word, or by then. */
  stopping: { last: GenerationEvent; untilMs: number } | null;
}

export class SchedulingService implements SchedulerEffects, OnModuleInit, OnModuleDestroy {
  private readonly live = new Map<string, Live>();
  private readonly scheduler: Scheduler;
  private sweeper: NodeJS.Timeout | null = null;
  private cutOffAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly attempts: Attempts,
    private readonly directory: ReplicaDirectory,
    private readonly clock: Clock,
    limits: SchedulerLimits,
  ) {
    this.scheduler = new Scheduler(this, limits);
  }

  onModuleInit(): void {
    this.attempts.onFrame((frame) => frame.streams.forEach((piece) => this.take(piece)));
    this.directory.onChange(() => this.scheduler.replicasObserved(this.directory.replicas()));
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
  submit(order: GenerationOrder, listener: GenerationListener): Generation {
    const nowMs = this.clock.monotonicMs();
    const live = newLive(order, listener, nowMs);
    this.live.set(order.generationId, live);
    const { generationId, deployment, tenant, priority, promptTokens, timeoutMs } = order;
    const deadlineAtMs = timeoutMs === null ? null : nowMs + timeoutMs;
    this.scheduler.submit(
      { generationId, deployment, tenant, priority, promptTokens, deadlineAtMs },
      nowMs,
    );
    return { report: live.report, cancel: () => this.cancel(generationId) };
  }

  dispatch(generationId: string, attempt: number, replica: ReplicaSnapshot): void {
    const live = this.live.get(generationId);
    if (live === undefined) return;
    const nowMs = this.clock.monotonicMs();
    const { order, report, submittedAtMs } = live;
    live.replica = replica;
    live.heardAtMs = nowMs;
    report.attempts = attempt;
    report.nodeId = replica.nodeId;
    report.replicaId = replica.replicaId;
    report.queueMs = nowMs - submittedAtMs;
    const remainingMs =
      order.timeoutMs === null ? null : Math.max(0, order.timeoutMs - report.queueMs);
    const request = live.stream.begin(attempt);
    this.attempts
      .start(replica.nodeId, {
        generationId,
        attempt,
        replicaId: replica.replicaId,
        remainingMs,
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

  private take(piece: FrameStream): void {
    const live = this.live.get(piece.generationId);
    if (live === undefined) return;
    const offer = live.stream.offer(piece);
    if (offer === 'stale') return;
    if (offer === 'gap' && live.stopping === null) return this.askAgain(piece.generationId, live);
    if (live.stopping !== null) return this.takeLastWord(piece, live, live.stopping.last);
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
    if (piece.finish !== undefined) this.finish(piece.generationId, live, piece.finish);
  }

  /** Of a generation that was told to stop: what it came to, and nothing for the listener. */
  private takeLastWord(
    { generationId, prompt, finish }: FrameStream,
    live: Live,
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

  private finish(generationId: string, live: Live, finish: Finish): void {
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
  private bounce(generationId: string, live: Live, reason: BounceReason, cause: Failure): void {
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

  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    this.scheduler.tick(nowMs);
    for (const [generationId, { stopping }] of this.live) {
      if (stopping !== null && nowMs >= stopping.untilMs) this.end(generationId, stopping.last);
    }
    if (!this.attempts.isConnected) this.cutOffAtMs = nowMs;
    if (nowMs - this.cutOffAtMs < RECONNECT_GRACE_MS) return;
    const there = new Set(this.directory.replicas().map(runOf));
    for (const [generationId, live] of this.live) {
      if (live.replica === null || live.stopping !== null) continue;
      if (!there.has(runOf(live.replica))) this.lose(generationId, live);
      else if (nowMs - live.heardAtMs > SILENCE_MS) this.askAgain(generationId, live);
    }
  }

  private askAgain(generationId: string, live: Live): void {
    const { replica, stream } = live;
    if (replica === null || live.asking) return;
    live.asking = true;
    live.heardAtMs = this.clock.monotonicMs();
    const { attempt } = stream;
    const settle = (isThere: boolean): void => {
      live.asking = false;
      const current = live.stream.attempt === attempt && live.replica !== null;
      if (!isThere && current && this.live.has(generationId)) this.lose(generationId, live);
    };
    this.attempts
      .resend(replica.nodeId, generationId, attempt, stream.nextIndex)
      .then(settle, () => settle(true));
  }

  private lose(generationId: string, live: Live): void {
    if (live.replica === null) return;
    this.attempts.cancel(live.replica.nodeId, generationId, live.stream.attempt);
    this.bounce(generationId, live, 'lost', {
      code: 'worker_lost',
      message: 'The machine that generated the answer was lost.',
    });
  }
}

/** A replica in one run of its worker: what an attempt is on board of. */
function runOf({ replicaId, bootId }: ReplicaSnapshot): string {
  return `${replicaId}@${bootId}`;
}

function newLive(order: GenerationOrder, listener: GenerationListener, nowMs: number): Live {
  return {
    order,
    stream: new GenerationStream(order.request),
    listener,
    report: {
      nodeId: null,
      replicaId: null,
      attempts: 0,
      promptTokens: 0,
      cachedTokens: 0,
      completionTokens: 0,
      wastedTokens: 0,
      queueMs: 0,
      prefillMs: 0,
      decodeMs: 0,
      deviceMs: 0,
      ttftMs: null,
    },
    submittedAtMs: nowMs,
    replica: null,
    heardAtMs: nowMs,
    asking: false,
    stopping: null,
  };
}

/** Times add up over attempts. */
function account(report: GenerationReport, finish: Finish): void {
  billPrompt(report, { tokens: finish.promptTokens, cachedTokens: finish.cachedTokens });
  report.prefillMs += finish.timings.prefillMs;
  report.decodeMs += finish.timings.decodeMs;
  report.deviceMs += finish.timings.deviceMs;
}

/** The first attempt's prompt is the one that is billed. */
function billPrompt(
  report: GenerationReport,
  prompt: { tokens: number; cachedTokens: number },
): void {
  if (report.promptTokens > 0) return;
  report.promptTokens = prompt.tokens;
  report.cachedTokens = prompt.cachedTokens;
}

/** An attempt that was cancelled, but not by us, went down with its worker. */
function failureOf(finish: Finish): Failure | null {
  if (finish.reason === 'cancelled') {
    return { code: 'worker_lost', message: 'The worker stopped before the answer was complete.' };
  }
  if (finish.reason !== 'error') return null;
  return finish.failure ?? { code: 'internal_error', message: 'The engine gave no reason.' };
}

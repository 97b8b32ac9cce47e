/**
 * One replica on this node: drives its engine process through the life that `replica-lifecycle.ts`
 * describes. It decides nothing about when to start, drain or stop (the reconciler does), and
 * nothing about attempts (generation does); it is where the two meet the process.
 */
import type { Assignment, EngineEvent, Failure, ObservedReplica } from '@corral/contracts';
import type { Clock } from '../infra/clock.js';
import type { EngineProcess, EngineProcessListener } from './engine-process.js';
import { LoadedEngine } from './loaded-engine.js';
import {
  advance,
  NEW_REPLICA,
  type ReplicaEvent,
  type ReplicaLifecycle,
} from './replica-lifecycle.pure.js';
import type { LoadPermit, ReplicaPort } from './replica-port.js';

const STOP_GRACE_MS = 1_500;
/** Code as for anything that can be tried again elsewhere. */
const KILLED: Failure = {
  code: 'worker_lost',
  message: 'The engine process was killed by another program, or by the system for want of memory.',
};
const STOPPED: Failure = {
  code: 'worker_lost',
  message: 'The engine process was stopped by another program.',
};

type LoadedFigures = Pick<
  ObservedReplica,
  | 'slots'
  | 'activeSlots'
  | 'queued'
  | 'contextTokens'
  | 'memoryBytes'
  | 'engineApi'
  | 'threads'
  | 'stats'
>;
const NOTHING_LOADED: LoadedFigures = {
  slots: 0,
  activeSlots: 0,
  queued: 0,
  contextTokens: 0,
  memoryBytes: 0,
  engineApi: null,
  threads: null,
  stats: null,
};

export class Replica {
  /** Monotonic; null: it does not drain. */
  drainingSinceMs: number | null = null;

  private life: ReplicaLifecycle = NEW_REPLICA;
  /** From the fork on. */
  private process: EngineProcess | null = null;
  private loadTimer: NodeJS.Timeout | null = null;
  /** From `ready` on. */
  private loaded: LoadedEngine | null = null;

  constructor(
    readonly assignment: Assignment,
    private readonly port: ReplicaPort,
    private readonly clock: Clock,
  ) {}

  get lifecycle(): ReplicaLifecycle {
    return this.life;
  }

  /** What can be worked with; null unless it is ready, or ready and draining. */
  get engine(): LoadedEngine | null {
    return this.loaded;
  }

  /** Its memory is promised to it, but not all taken yet. */
  get isLoading(): boolean {
    return this.process !== null && this.loaded === null;
  }

  /** It cannot be started for want of something that is not here. */
  wait(failure: Failure): void {
    if (this.life.failure?.message !== failure.message) this.advance({ type: 'wait', failure });
  }

  /** Its model file is on its way; or was, when `gaveUp`. */
  fetch({
    progress,
    failure,
    gaveUp,
  }: Omit<Extract<ReplicaEvent, { type: 'fetch' }>, 'type'>): void {
    this.advance({ type: 'fetch', progress, failure, gaveUp });
  }

  /** Loads the model: admission first, then a process, then `ready` or a reason why not. */
  async start(): Promise<void> {
    this.advance({ type: 'start' });
    const { starts } = this.life;
    const admission = await this.port.admit(this.assignment);
    // Stopped meanwhile, and perhaps started again.
    if (this.life.state !== 'loading' || this.life.starts !== starts) return;
    if (admission.ok) this.load(admission.permit);
    else this.advance({ ...admission, type: 'refused', nowMs: this.clock.nowMs() });
  }

  /** Takes no more work; what is on board may finish. */
  drain(): void {
    this.drainingSinceMs ??= this.clock.nowMs();
    this.advance({ type: 'drain' });
  }

  /** Ends the engine, with whatever is on board. Resolves when the process is gone. */
  async stop(failure: Failure): Promise<void> {
    const process = this.release(failure);
    this.advance({ type: 'stopped' });
    await process?.retire(STOP_GRACE_MS);
  }

  /** One round of the watchdog: kills an engine that hangs. */
  checkPulse(): void {
    const verdict = this.loaded?.judge(this.clock.nowMs()) ?? null;
    if (verdict === null) return;
    const isStopped = this.process?.isStopped() ?? false;
    this.process?.kill();
    if (isStopped) this.lose(`The engine was stopped: ${verdict}.`, STOPPED);
    else this.lose(`The engine hung: ${verdict}.`);
  }

  /** The last lines that the engine wrote, oldest first; none without a process. */
  lastLines(count: number): string[] {
    return this.process?.lastLines(count) ?? [];
  }

  observe(): ObservedReplica {
    const { assignment, life, loaded } = this;
    return {
      replicaId: assignment.replicaId,
      deployment: assignment.deployment,
      revisionId: assignment.revisionId,
      modelDigest: assignment.modelDigest,
      state: life.state,
      progress: life.progress,
      failure: life.failure,
      retryInMs: life.retryAtMs === null ? null : Math.max(0, life.retryAtMs - this.clock.nowMs()),
      restarts: Math.max(0, life.starts - 1),
      enginePid: this.process?.pid ?? null,
      ...(loaded === null ? NOTHING_LOADED : figuresOf(loaded)),
    };
  }

  private load({ modelPath, maxThreads, loadLimitMs, visibility }: LoadPermit): void {
    const { spec, environment } = visibility;
    const listener: EngineProcessListener = {
      said: (event) => this.hear(process, event),
      babbled: (reason) => this.port.babbled(reason),
      ended: (how, killed) =>
        this.lose(`The engine process ended (${how}).`, killed ? KILLED : null),
    };
    const process = this.port.fork(listener, environment);
    this.process = process;
    process.send({ type: 'load', modelPath, spec, maxThreads });
    const message = `The model did not load within ${Math.round(loadLimitMs / 1000)} s.`;
    const tooSlow = (): void => this.refuse({ code: 'model_unavailable', message }, true);
    this.loadTimer = setTimeout(tooSlow, loadLimitMs);
    this.port.changed();
  }

  private hear(process: EngineProcess, event: EngineEvent): void {
    const nowMs = this.clock.nowMs();
    this.loaded?.heard(nowMs);
    switch (event.type) {
      case 'loading':
        return this.advance({ type: 'progress', progress: event.progress });
      case 'ready':
        this.stopLoadTimer();
        this.loaded = new LoadedEngine(process, event, nowMs);
        return this.advance({ type: 'ready' });
      case 'failed':
        return this.refuse(event.failure, event.retryable);
      case 'step':
        this.loaded?.stepped(event.streams, nowMs);
        return this.port.stepped(event.streams);
      case 'stats':
        return this.loaded?.counted(event, nowMs);
      case 'answer':
        return this.loaded?.asks.answered(event);
    }
  }

  /** The load ended with a reason; whatever is left of the process is ended as well. */
  private refuse(failure: Failure, retryable: boolean): void {
    void this.release(failure)?.retire(STOP_GRACE_MS);
    this.advance({ type: 'refused', failure, retryable, nowMs: this.clock.nowMs() });
  }

  /**
   * The engine is gone, or as good as gone.
   *
   * @param innocent what those on board are told when none of them can have done it; null: one may
   */
  private lose(message: string, innocent: Failure | null = null): void {
    const failure: Failure = { code: 'engine_crashed', message };
    void this.release(innocent ?? failure)?.retire(0);
    this.advance({ type: 'lost', failure, nowMs: this.clock.nowMs() });
  }

  /** Lets go of the engine; what was on board is lost with `failure`. */
  private release(failure: Failure): EngineProcess | null {
    const { process, loaded } = this;
    this.stopLoadTimer();
    this.process = null;
    this.loaded = null;
    loaded?.asks.abandon(failure);
    if (loaded !== null && loaded.onBoard.size > 0) this.port.lost([...loaded.onBoard], failure);
    return process;
  }

  private advance(event: ReplicaEvent): void {
    const before = this.life;
    this.life = advance(before, event);
    if (this.life !== before) this.port.changed();
  }

  private stopLoadTimer(): void {
    if (this.loadTimer !== null) clearTimeout(this.loadTimer);
    this.loadTimer = null;
  }
}

/** What an engine that has loaded its model says of itself. */
function figuresOf({ ready, activeSlots, queued, stats }: LoadedEngine): LoadedFigures {
  return {
    slots: ready.slots,
    activeSlots,
    queued,
    contextTokens: ready.contextTokens,
    memoryBytes: ready.memoryBytes,
    engineApi: ready.api ?? null,
    threads: ready.threads ?? null,
    stats: stats ?? null,
  };
}

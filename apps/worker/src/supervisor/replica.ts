/**
 * One replica on this node: drives its engine process through the life that `replica-lifecycle.ts`
 * describes. It decides nothing about when to start, drain or stop (the reconciler does), and
 * nothing about attempts (generation does); it is where the two meet the process.
 */
import type {
  Assignment,
  EngineEvent,
  EngineReady,
  EngineStats,
  Failure,
  GenerationRequest,
  ObservedReplica,
  Prompt,
} from '@corral/contracts';
import type { Clock } from '../infra/clock.js';
import { EngineAsks, type EngineAnswer } from './engine-asks.js';
import type { EngineProcess, EngineProcessListener } from './engine-process.js';
import { advance, NEW_REPLICA, type ReplicaEvent, type ReplicaLifecycle } from './replica-lifecycle.js';
import { watchdogVerdict } from './watchdog.js';

export type StepStreams = Extract<EngineEvent, { type: 'step' }>['streams'];

/** What may be started with: the file and its share of the machine, or why not. */
export type Admission =
  | { ok: true; modelPath: string; maxThreads: number; loadLimitMs: number }
  | { ok: false; failure: Failure; retryable: boolean; retryInMs?: number };

/** What a replica asks of the world around it, and tells it. */
export interface ReplicaPort {
  admit(assignment: Assignment): Promise<Admission>;
  fork(listener: EngineProcessListener): EngineProcess;
  changed(replica: Replica): void;
  stepped(replica: Replica, streams: StepStreams): void;
  /** The engine is gone, and with it these attempts. */
  lost(replica: Replica, keys: string[], failure: Failure): void;
  babbled(replica: Replica, reason: string): void;
}

const STOP_GRACE_MS = 1_500;

export class Replica {
  /** Attempts in the engine, by key: from `submit` to the piece with the finish. */
  readonly onBoard = new Set<string>();
  drainingSinceMs: number | null = null;

  private life: ReplicaLifecycle = NEW_REPLICA;
  private engine: EngineProcess | null = null;
  private readiness: EngineReady | null = null;
  private stats: EngineStats | null = null;
  private engineActiveSlots = 0;
  private asks = new EngineAsks();
  private loadTimer: NodeJS.Timeout | null = null;
  private readonly vitals = { lastRoundAtMs: 0, lastMessageAtMs: 0, lastProgressAtMs: 0 };

  constructor(
    readonly assignment: Assignment,
    private readonly port: ReplicaPort,
    private readonly clock: Clock,
  ) {}

  get lifecycle(): ReplicaLifecycle {
    return this.life;
  }

  /** Slots of the loaded engine; 0 unless it is ready. */
  get slots(): number {
    return this.readiness?.slots ?? 0;
  }

  /** Its memory is promised to it, but not all taken yet. */
  get isLoading(): boolean {
    return this.engine !== null && this.readiness === null;
  }

  wait(failure: Failure): void {
    if (this.life.failure?.message !== failure.message) this.advance({ type: 'wait', failure });
  }

  /** Loads the model: memory first, then a process, then `ready` or a reason why not. */
  async start(): Promise<void> {
    this.advance({ type: 'start' });
    const start = this.life.starts;
    const admission = await this.port.admit(this.assignment);
    if (this.life.state !== 'loading' || this.life.starts !== start) return;
    if (!admission.ok) {
      const { failure, retryable, retryInMs } = admission;
      return this.advance({ type: 'refused', failure, retryable, retryInMs, nowMs: this.nowMs() });
    }
    this.launch(admission);
  }

  /** Takes no more work; what is on board may finish. */
  drain(): void {
    this.drainingSinceMs ??= this.nowMs();
    this.advance({ type: 'drain' });
  }

  /** Ends the engine, with whatever is on board. Resolves when the process is gone. */
  async stop(failure: Failure): Promise<void> {
    const engine = this.detach(failure);
    this.advance({ type: 'stopped' });
    await engine?.retire(STOP_GRACE_MS);
  }

  /** False when there is no engine to take it. */
  submit(key: string, request: GenerationRequest, remainingMs: number | null): boolean {
    if (this.engine === null || this.readiness === null) return false;
    if (this.onBoard.size === 0) this.vitals.lastProgressAtMs = this.nowMs();
    this.onBoard.add(key);
    return this.engine.send({ type: 'start', key, request, remainingMs });
  }

  cancel(key: string): void {
    if (this.onBoard.has(key)) this.engine?.send({ type: 'cancel', key });
  }

  async tokenize(prompt: Prompt): Promise<EngineAnswer> {
    return this.asks.ask(this.readyEngine(), { what: 'tokenize', prompt });
  }

  async detokenize(tokens: number[]): Promise<EngineAnswer> {
    return this.asks.ask(this.readyEngine(), { what: 'detokenize', tokens });
  }

  lastLines(count: number): string[] {
    return this.engine?.lastLines(count) ?? [];
  }

  /** One round of the watchdog: kills an engine that hangs. */
  checkPulse(): void {
    const nowMs = this.nowMs();
    const verdict =
      this.readiness === null
        ? null
        : watchdogVerdict({ ...this.vitals, onBoard: this.onBoard.size }, nowMs);
    this.vitals.lastRoundAtMs = nowMs;
    if (verdict === 'asleep') {
      this.vitals.lastMessageAtMs = nowMs;
      this.vitals.lastProgressAtMs = nowMs;
    } else if (verdict !== null) {
      this.abandon(`The engine hung: ${verdict}.`);
    }
  }

  observe(): ObservedReplica {
    const { assignment, readiness, life, onBoard } = this;
    return {
      replicaId: assignment.replicaId,
      deployment: assignment.deployment,
      revisionId: assignment.revisionId,
      modelDigest: assignment.modelDigest,
      state: life.state,
      progress: life.progress,
      failure: life.failure,
      restarts: Math.max(0, life.starts - 1),
      slots: this.slots,
      // The engine's own count lags by up to a second; both can only understate what is free.
      activeSlots: Math.max(Math.min(onBoard.size, this.slots), this.engineActiveSlots),
      queued: Math.max(0, onBoard.size - this.slots),
      contextTokens: readiness?.contextTokens ?? 0,
      memoryBytes: readiness?.memoryBytes ?? 0,
      enginePid: this.engine?.pid ?? null,
      engineApi: readiness?.api ?? null,
      threads: readiness?.threads ?? null,
      stats: this.stats,
    };
  }

  private launch({ modelPath, maxThreads, loadLimitMs }: Extract<Admission, { ok: true }>): void {
    const engine = this.port.fork({
      said: (event) => this.hear(event),
      babbled: (reason) => this.port.babbled(this, reason),
      ended: (how) => this.lose(`The engine process ended (${how}).`),
    });
    this.engine = engine;
    engine.send({ type: 'load', modelPath, spec: this.assignment.spec, maxThreads });
    this.loadTimer = setTimeout(() => {
      this.refuse(
        {
          code: 'model_unavailable',
          message: `The model did not load within ${Math.round(loadLimitMs / 1000)} s.`,
        },
        true,
      );
    }, loadLimitMs);
    this.port.changed(this);
  }

  private hear(event: EngineEvent): void {
    const nowMs = this.nowMs();
    this.vitals.lastMessageAtMs = nowMs;
    switch (event.type) {
      case 'loading':
        return this.advance({ type: 'progress', progress: event.progress });
      case 'ready':
        return this.becomeReady(event, nowMs);
      case 'failed':
        return this.refuse(event.failure, event.retryable);
      case 'step':
        this.vitals.lastProgressAtMs = nowMs;
        for (const { key, finish } of event.streams) if (finish) this.onBoard.delete(key);
        return this.port.stepped(this, event.streams);
      case 'stats':
        // Prompt chunks are steps without news: only the counters show them.
        if (event.stats.steps !== this.stats?.steps) this.vitals.lastProgressAtMs = nowMs;
        this.stats = event.stats;
        this.engineActiveSlots = event.activeSlots;
        return;
      case 'answer':
        return this.asks.answered(event);
    }
  }

  private becomeReady(event: EngineReady, nowMs: number): void {
    this.clearLoadTimer();
    this.readiness = event;
    this.vitals.lastRoundAtMs = nowMs;
    this.vitals.lastProgressAtMs = nowMs;
    this.advance({ type: 'ready' });
  }

  /** The load ended with a reason; whatever is left of the process is ended as well. */
  private refuse(failure: Failure, retryable: boolean): void {
    const engine = this.detach(failure);
    void engine?.retire(STOP_GRACE_MS);
    this.advance({ type: 'refused', failure, retryable, nowMs: this.nowMs() });
  }

  private abandon(message: string): void {
    this.engine?.kill();
    this.lose(message);
  }

  private lose(message: string): void {
    const failure: Failure = { code: 'engine_crashed', message };
    const engine = this.detach(failure);
    void engine?.retire(0);
    this.advance({ type: 'lost', failure, nowMs: this.nowMs() });
  }

  /** Lets go of the engine; what was on board is lost with `failure`. */
  private detach(failure: Failure): EngineProcess | null {
    const engine = this.engine;
    this.clearLoadTimer();
    this.engine = null;
    this.readiness = null;
    this.stats = null;
    this.engineActiveSlots = 0;
    this.asks.abandon(failure);
    this.asks = new EngineAsks();
    const keys = [...this.onBoard];
    this.onBoard.clear();
    if (keys.length > 0) this.port.lost(this, keys, failure);
    return engine;
  }

  private readyEngine(): EngineProcess | null {
    return this.readiness === null ? null : this.engine;
  }

  private advance(event: ReplicaEvent): void {
    const before = this.life;
    this.life = advance(before, event);
    if (this.life !== before) this.port.changed(this);
  }

  private clearLoadTimer(): void {
    if (this.loadTimer !== null) clearTimeout(this.loadTimer);
    this.loadTimer = null;
  }

  private nowMs(): number {
    return this.clock.nowMs();
  }
}

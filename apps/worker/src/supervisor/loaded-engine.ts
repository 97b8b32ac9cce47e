/** An engine that is ready: what it offers, what is on board, how it is doing. */
import type {
  EngineEvent,
  EngineReady,
  EngineStats,
  GenerationRequest,
  Prompt,
} from '@corral/contracts';
import { EngineAsks, type EngineAnswer } from './engine-asks.js';
import type { EngineProcess } from './engine-process.js';
import type { StepStreams } from './replica-port.js';
import { Watchdog } from './watchdog.pure.js';

type StatsEvent = Extract<EngineEvent, { type: 'stats' }>;

export class LoadedEngine {
  /** Attempts in the engine, by key: from `submit` to the piece with the finish. */
  readonly onBoard = new Set<string>();
  readonly asks = new EngineAsks();
  stats: EngineStats | null = null;
  /** Of each sequence, the blocks of prompts that it holds; null: the engine does not say. */
  heldPrefixes: number[][] | null = null;

  private readonly watchdog: Watchdog;
  private reportedActiveSlots = 0;

  constructor(
    private readonly process: EngineProcess,
    readonly ready: EngineReady,
    nowMs: number,
  ) {
    this.watchdog = new Watchdog(nowMs);
  }

  /** The engine's own count lags by up to a second; the larger can only understate what is free. */
  get activeSlots(): number {
    return Math.max(Math.min(this.onBoard.size, this.ready.slots), this.reportedActiveSlots);
  }

  get queued(): number {
    return Math.max(0, this.onBoard.size - this.ready.slots);
  }

  /** False when the process can no longer be reached. */
  submit(
    key: string,
    request: GenerationRequest,
    { remainingMs, nowMs }: { remainingMs: number | null; nowMs: number },
  ): boolean {
    if (this.onBoard.size === 0) this.watchdog.progressed(nowMs);
    this.onBoard.add(key);
    return this.process.send({ type: 'start', key, request, remainingMs });
  }

  cancel(key: string): void {
    if (this.onBoard.has(key)) this.process.send({ type: 'cancel', key });
  }

  tokenize(prompt: Prompt): Promise<EngineAnswer> {
    return this.asks.ask(this.process, { what: 'tokenize', prompt });
  }

  detokenize(tokens: number[]): Promise<EngineAnswer> {
    return this.asks.ask(this.process, { what: 'detokenize', tokens });
  }

  heard(nowMs: number): void {
    this.watchdog.heard(nowMs);
  }

  stepped(streams: StepStreams, nowMs: number): void {
    this.watchdog.progressed(nowMs);
    for (const { key, finish } of streams) if (finish !== undefined) this.onBoard.delete(key);
  }

  counted({ stats, activeSlots, heldPrefixes }: StatsEvent, nowMs: number): void {
    // Prompt chunks are steps without news: only the counter shows them.
    if (stats.steps !== this.stats?.steps) this.watchdog.progressed(nowMs);
    this.stats = stats;
    this.heldPrefixes = heldPrefixes ?? null;
    this.reportedActiveSlots = activeSlots;
  }

  /** Why it must be killed; null when it is well. */
  judge(nowMs: number): string | null {
    return this.watchdog.judge(this.onBoard.size, nowMs);
  }
}

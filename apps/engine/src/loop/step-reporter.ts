/**
 * What the loop tells: the news of each step in one message, and statistics now and then. News are
 * collected while a step is booked and sent while the next one decodes.
 */
import type { EngineStats } from '@corral/contracts';
import type { StreamStep, TokenStream } from '../generation/token-stream.js';

const STATS_INTERVAL_MS = 1000;

export interface StepLoopEvents {
  /** The news of one step, one entry per stream that has any. */
  step(streams: StreamStep[]): void;
  /** Each second, and once more when the last stream has ended. */
  stats(snapshot: LoopSnapshot): void;
}

/** The figures of a `stats` event. */
export interface LoopSnapshot {
  stats: EngineStats;
  activeSlots: number;
  queued: number;
  /** See prefix-digest.pure.ts. */
  heldPrefixes: number[][];
}

export class StepReporter {
  private news: StreamStep[] = [];
  private statsSentAtMs = 0;
  private idleReportDue = false;

  constructor(
    private readonly events: StepLoopEvents,
    private readonly clock: () => number,
    private readonly snapshot: () => LoopSnapshot,
  ) {}

  /** Takes what is new in the stream. */
  collect(stream: TokenStream): void {
    const step = stream.takeStep();
    if (step) this.news.push(step);
  }

  /** Sends what has been collected, if anything. */
  send(): void {
    if (this.news.length === 0) return;
    const { news } = this;
    this.news = [];
    this.events.step(news);
  }

  /** To be called after each step. */
  active(): void {
    this.idleReportDue = true;
    this.alive();
  }

  /** To be called whenever no stream runs. */
  idle(): void {
    if (!this.idleReportDue) return;
    this.idleReportDue = false;
    this.sendStats();
  }

  /** To be called often, also while nothing runs: an engine that says nothing counts as hung. */
  alive(): void {
    if (this.clock() - this.statsSentAtMs >= STATS_INTERVAL_MS) this.sendStats();
  }

  private sendStats(): void {
    this.statsSentAtMs = this.clock();
    this.events.stats(this.snapshot());
  }
}

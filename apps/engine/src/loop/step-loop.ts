/**
 * The engine's one loop. Each turn: take cancels and new streams, plan a batch, decode it, give
 * every sequence its token. It never decodes and samples at the same time, never runs two decodes
 * at once, and sleeps when there is nothing to do.
 *
 * The pieces of a step are sent while the next one decodes, so that writing them costs no decode
 * time. Decisions live beside it (`batch-plan`, `slot-placement`, `chunk-budget`); this file only
 * carries them out. Used by `engine.ts`.
 */
import type { EngineStats, Failure } from '@corral/contracts';
import type { BatchEntry, DecodeContext, SampledToken } from '../context/decode-context.js';
import type { StreamStep, TokenStream } from '../generation/token-stream.js';
import { planBatch, type BatchPlan } from './batch-plan.js';
import { ChunkBudget } from './chunk-budget.js';
import { placePrompt, type Placement } from './slot-placement.js';
import { Slot } from './slot.js';
import { StepStatistics } from './step-statistics.js';

/** The loop gives up, and with it the process, after this many failed decodes in a row. */
const MAX_FAILED_DECODES = 3;
const STATS_INTERVAL_MS = 1000;
/** A copy moves a sequence's whole buffers: about the prefill time of context / 128 tokens. */
const COPY_COST_DIVISOR = 128;
const MIN_COPY_TOKENS = 32;

export interface StepLoopEvents {
  /** The news of one step, one entry per stream that has any. */
  step(streams: StreamStep[]): void;
  /** Each second while active, and once when the last stream has ended. */
  stats(stats: EngineStats, activeSlots: number, queued: number): void;
}

export interface StepLoopOptions {
  context: DecodeContext;
  events: StepLoopEvents;
  interTokenTargetMs: number;
  /** Milliseconds, monotonic. */
  clock: () => number;
}

export class StepLoop {
  readonly statistics: StepStatistics;
  private readonly context: DecodeContext;
  private readonly slots: Slot[];
  private readonly admissions: number[];
  private readonly budget: ChunkBudget;
  /** Streams without a slot, first come first served. */
  private queue: TokenStream[] = [];
  private news: StreamStep[] = [];
  private stopped = false;
  private wake: () => void = () => undefined;
  private stepNumber = 0;
  private admissionNumber = 0;
  private failedDecodes = 0;
  private statsSentAtMs = 0;
  private statsPending = false;

  constructor(private readonly options: StepLoopOptions) {
    const { context } = options;
    this.context = context;
    this.slots = Array.from({ length: context.slots }, (_, id) => new Slot(id, context.contextTokens));
    this.admissions = this.slots.map(() => 0);
    this.budget = new ChunkBudget(context.batchTokens, options.interTokenTargetMs);
    this.statistics = new StepStatistics(context.slots);
  }

  get activeSlots(): number {
    return this.slots.filter((slot) => slot.stream).length;
  }

  get queued(): number {
    return this.queue.length;
  }

  /** The stream gets a slot as soon as one is free. Its pieces come as `step` events. */
  submit(stream: TokenStream): void {
    this.queue.push(stream);
    this.wake();
  }

  /** Ends the stream before the next step. Unknown keys are ignored: it may just have ended. */
  cancel(key: string): void {
    const running = this.slots.map((slot) => slot.stream);
    const stream = [...running, ...this.queue].find((candidate) => candidate?.key === key);
    if (!stream) return;
    stream.cancelRequested = true;
    this.wake();
  }

  has(key: string): boolean {
    return (
      this.slots.some((slot) => slot.stream?.key === key) ||
      this.queue.some((stream) => stream.key === key)
    );
  }

  /** Runs until `stop`. Rejects when the context fails again and again. */
  async run(): Promise<void> {
    while (!this.stopped) {
      this.endCancelled();
      this.endLate();
      await this.admitQueued();
      if (this.activeSlots > 0) {
        await this.step();
        this.sendStatsWhenDue();
      } else {
        this.send();
        this.sendIdleStats();
        if (this.queue.length === 0 && !this.stopped) await this.sleep();
      }
    }
    this.send();
  }

  /** Ends the loop after the step at hand. */
  stop(): void {
    this.stopped = true;
    this.wake();
  }

  private async step(): Promise<void> {
    const plan = this.plan();
    const entries = this.entriesOf(plan);
    const startedAtMs = this.options.clock();
    const decode = this.context.step(entries);
    this.send();
    try {
      const sampled = await decode;
      const nowMs = this.options.clock();
      this.failedDecodes = 0;
      this.budget.record(plan.decodingCount > 0, plan.prefillTokens, nowMs - startedAtMs);
      this.apply(plan, entries, sampled, nowMs, nowMs - startedAtMs);
    } catch (error) {
      await this.recover(entries, error);
    }
  }

  private plan(): BatchPlan {
    const chunkTokens = this.budget.tokens(this.slots.some((slot) => slot.decoding));
    const sequences = this.slots.map((slot) => ({
      id: slot.id,
      decoding: slot.decoding,
      prefillTokens: slot.prefillTokens,
      admission: this.admissions[slot.id] ?? 0,
    }));
    return planBatch(sequences, this.context.batchTokens, chunkTokens);
  }

  private entriesOf(plan: BatchPlan): BatchEntry[] {
    return plan.entries.map(({ slotId, tokenCount, samples }) => {
      const slot = this.slotOf(slotId);
      if (samples && slot.stream) {
        slot.sampler?.aim(slot.stream.generated.length, slot.stream.generated);
      }
      return {
        slot: slotId,
        position: slot.length,
        tokens: slot.next(tokenCount),
        sampler: samples ? slot.sampler : null,
      };
    });
  }

  /** Books a decoded step: tokens into slots, draws into streams, news into the outgoing step. */
  private apply(
    plan: BatchPlan,
    entries: readonly BatchEntry[],
    sampled: readonly (SampledToken | null)[],
    nowMs: number,
    stepMs: number,
  ): void {
    const running = this.slots.filter((slot) => slot.decoding).length;
    this.stepNumber++;
    let drawn = 0;
    entries.forEach((entry, i) => {
      const slot = this.slotOf(entry.slot);
      slot.append(entry.tokens, this.stepNumber);
      const token = sampled[i];
      if (!token || !slot.stream) return;
      drawn++;
      if (token.token < 0) {
        slot.stream.end('error', nowMs, {
          code: 'internal_error',
          message: 'The model gave no token that may be chosen here.',
        });
      } else {
        slot.stream.accept(token, nowMs);
      }
      this.collect(slot.stream);
      if (slot.stream.over) slot.release();
    });
    this.statistics.countStep(plan, running, drawn, stepMs);
  }

  /** A failed decode ends the streams that were in it; their sequences start afresh. */
  private async recover(entries: readonly BatchEntry[], error: unknown): Promise<void> {
    this.failedDecodes++;
    const reason = error instanceof Error ? error.message : String(error);
    const failure: Failure = { code: 'engine_crashed', message: `The decode failed: ${reason}` };
    for (const entry of entries) {
      const slot = this.slotOf(entry.slot);
      if (slot.stream) this.end(slot.stream, 'error', failure);
      slot.release();
      slot.cut(0);
      await this.context.truncate(slot.id, 0);
    }
    if (this.failedDecodes >= MAX_FAILED_DECODES) {
      this.send();
      throw new Error(`${MAX_FAILED_DECODES} decodes failed in a row: ${reason}`);
    }
  }

  private endCancelled(): void {
    for (const slot of this.slots) {
      if (!slot.stream?.cancelRequested) continue;
      this.end(slot.stream, 'cancelled');
      slot.release();
    }
    for (const stream of this.queue) {
      if (stream.cancelRequested) this.end(stream, 'cancelled');
    }
    this.queue = this.queue.filter((stream) => !stream.over);
  }

  private endLate(): void {
    if (this.queue.length === 0) return;
    const nowMs = this.options.clock();
    for (const stream of this.queue) {
      if (stream.deadlineAtMs === null || nowMs < stream.deadlineAtMs) continue;
      this.end(stream, 'error', {
        code: 'deadline_exceeded',
        message: 'The time for this request was over before a slot was free.',
      });
    }
    this.queue = this.queue.filter((stream) => !stream.over);
  }

  private async admitQueued(): Promise<void> {
    for (let stream = this.queue[0]; stream; stream = this.queue[0]) {
      const placement = placePrompt(this.slots, stream.prefix, stream.cacheScope, {
        reusesPrefixes: this.context.reusesPrefixes,
        copiesSequences: this.context.copiesSequences,
        minCopyTokens: Math.max(MIN_COPY_TOKENS, this.context.contextTokens / COPY_COST_DIVISOR),
      });
      if (!placement) return;
      this.queue.shift();
      await this.admit(stream, placement);
    }
  }

  private async admit(stream: TokenStream, placement: Placement): Promise<void> {
    const slot = this.slotOf(placement.slotId);
    if (placement.copyFromId !== null) {
      const source = this.slotOf(placement.copyFromId);
      await this.context.copy(slot.id, source.id);
      slot.copyFrom(source, source.length);
    }
    slot.cut(placement.reusedTokens);
    if (!(await this.context.truncate(slot.id, placement.reusedTokens))) {
      slot.cut(0);
      await this.context.truncate(slot.id, 0);
    }
    slot.scope = stream.cacheScope;
    slot.stream = stream;
    slot.sampler = this.context.openSampler(stream.sampling);
    this.admissions[slot.id] = ++this.admissionNumber;
    stream.admit(this.options.clock(), slot.length);
    this.statistics.countCached(slot.length);
    this.statsPending = true;
  }

  private end(stream: TokenStream, reason: 'cancelled' | 'error', failure?: Failure): void {
    stream.end(reason, this.options.clock(), failure);
    this.collect(stream);
  }

  private collect(stream: TokenStream): void {
    const step = stream.takeStep();
    if (step) this.news.push(step);
  }

  private send(): void {
    if (this.news.length === 0) return;
    const { news } = this;
    this.news = [];
    this.options.events.step(news);
  }

  private sendStatsWhenDue(): void {
    if (this.options.clock() - this.statsSentAtMs >= STATS_INTERVAL_MS) this.sendStats();
  }

  private sendIdleStats(): void {
    if (!this.statsPending) return;
    this.statsPending = false;
    this.sendStats();
  }

  private sendStats(): void {
    this.statsSentAtMs = this.options.clock();
    this.options.events.stats(this.statistics.snapshot(), this.activeSlots, this.queued);
  }

  private sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = () => undefined;
        resolve();
      };
    });
  }

  private slotOf(id: number): Slot {
    const slot = this.slots[id];
    if (!slot) throw new RangeError(`no slot ${id}`);
    return slot;
  }
}

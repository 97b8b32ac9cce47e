/**
 * The engine's one loop. Each turn: take cancels and new streams, plan a batch, decode it, give
 * every sequence its token. It never decodes and samples at the same time, never runs two decodes
 * at once, and sleeps when there is nothing to do.
 *
 * The pieces of a step are sent while the next one decodes, so that writing them costs no decode
 * time. Decisions live beside it (`batch-plan`, `slot-placement`, `chunk-budget`); this file only
 * carries them out. Used by `engine.ts`.
 */
import type { Failure } from '@corral/contracts';
import type { BatchEntry, DecodeContext, SampledToken } from '../context/decode-context.js';
import type { TokenStream } from '../generation/token-stream.js';
import { planBatch, type BatchPlan } from './batch-plan.pure.js';
import { ChunkBudget } from './chunk-budget.pure.js';
import { shareDeviceTime } from './device-time.pure.js';
import { SlotTable } from './slot-table.js';
import { StepReporter, type StepLoopEvents } from './step-reporter.js';
import { StepStatistics } from './step-statistics.js';
import { StreamQueue } from './stream-queue.js';

/** The loop gives up, and with it the process, after this many failed decodes in a row. */
const MAX_FAILED_DECODES = 3;

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
  private readonly clock: () => number;
  private readonly table: SlotTable;
  private readonly queue = new StreamQueue();
  private readonly budget: ChunkBudget;
  private readonly reporter: StepReporter;
  private stopped = false;
  private wake: () => void = () => undefined;
  private stepNumber = 0;
  private failedDecodes = 0;

  constructor({ context, events, interTokenTargetMs, clock }: StepLoopOptions) {
    this.context = context;
    this.clock = clock;
    this.table = new SlotTable(context);
    this.budget = new ChunkBudget(context.batchTokens, interTokenTargetMs);
    this.statistics = new StepStatistics(context.slots);
    this.reporter = new StepReporter(events, clock, () => ({
      stats: this.statistics.snapshot(),
      activeSlots: this.activeSlots,
      queued: this.queued,
      heldPrefixes: this.table.digest(),
    }));
  }

  get activeSlots(): number {
    return this.table.activeCount;
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
    const stream = this.table.find(key) ?? this.queue.find(key);
    if (!stream) return;
    stream.cancelRequested = true;
    this.wake();
  }

  /** The stream runs or waits. */
  has(key: string): boolean {
    return (this.table.find(key) ?? this.queue.find(key)) !== undefined;
  }

  /** Runs until `stop`. Rejects when the context fails again and again. */
  async run(): Promise<void> {
    while (!this.stopped) {
      this.endHopeless();
      await this.admitQueued();
      if (this.activeSlots > 0) {
        await this.step();
        this.reporter.active();
        continue;
      }
      this.reporter.send();
      this.reporter.idle();
      if (this.queue.length === 0 && !this.stopped) await this.sleep();
    }
    this.reporter.send();
  }

  /** Sends statistics when they are due, whatever the loop is doing. */
  reportAlive(): void {
    this.reporter.alive();
  }

  /** Ends the loop after the step at hand. */
  stop(): void {
    this.stopped = true;
    this.wake();
  }

  private endHopeless(): void {
    for (const slot of this.table.slots) {
      if (!slot.stream?.cancelRequested) continue;
      this.end(slot.stream, 'cancelled');
      slot.release();
    }
    if (this.queue.length === 0) return;
    const { cancelled, late } = this.queue.takeHopeless(this.clock());
    for (const stream of cancelled) this.end(stream, 'cancelled');
    for (const stream of late) {
      this.end(stream, 'error', {
        code: 'deadline_exceeded',
        message: 'The time for this request was over before a slot was free.',
      });
    }
  }

  private async admitQueued(): Promise<void> {
    this.table.forgetWaiters();
    for (const stream of this.queue) {
      if (this.table.isFull) return;
      if (this.table.isWorthWaiting(stream)) continue;
      const placement = this.table.place(stream);
      if (!placement) return;
      this.queue.remove(stream);
      const slot = await this.table.admit(stream, placement);
      stream.admit(this.clock(), slot.length);
      this.statistics.countCached(slot.length);
    }
  }

  private async step(): Promise<void> {
    const running = this.table.decodingCount;
    const chunkTokens = this.budget.tokens(running > 0);
    const plan = planBatch(this.table.views(), this.context.batchTokens, chunkTokens);
    const entries = this.entriesOf(plan);
    const startedAtMs = this.clock();
    let stepMs = 0;
    // A failed decode has kept the device busy as well.
    const decode = this.context.step(entries).finally(() => {
      stepMs = this.clock() - startedAtMs;
      shareDeviceTime(entries, stepMs, (slot, ms) => this.table.get(slot).stream?.charge(ms));
    });
    this.reporter.send();
    try {
      const sampled = await decode;
      this.failedDecodes = 0;
      this.budget.record(running > 0, plan.prefillTokens, stepMs);
      const drawn = this.book(entries, sampled);
      this.statistics.countStep(plan, running, drawn, stepMs);
    } catch (error) {
      await this.recover(entries, error);
    }
  }

  private entriesOf(plan: BatchPlan): BatchEntry[] {
    return plan.entries.map(({ slotId, tokenCount, samples }) => {
      const slot = this.table.get(slotId);
      const generated = slot.stream?.generated ?? [];
      if (samples) slot.sampler?.aim(generated.length, generated);
      return {
        slot: slotId,
        position: slot.length,
        tokens: slot.next(tokenCount),
        sampler: samples ? slot.sampler : null,
      };
    });
  }

  /** Tokens into slots, draws into streams, news to the reporter; gives the number of draws. */
  private book(entries: readonly BatchEntry[], sampled: readonly (SampledToken | null)[]): number {
    const nowMs = this.clock();
    this.stepNumber++;
    let drawn = 0;
    entries.forEach((entry, i) => {
      const slot = this.table.get(entry.slot);
      slot.append(entry.tokens, this.stepNumber);
      const token = sampled[i];
      const { stream } = slot;
      if (!token || !stream) return;
      drawn++;
      if (token.token >= 0) {
        stream.accept(token, nowMs);
        this.reporter.collect(stream);
      } else {
        const message = 'The model gave no token that may be chosen here.';
        this.end(stream, 'error', { code: 'internal_error', message });
      }
      if (stream.over) slot.release();
    });
    return drawn;
  }

  /** A failed decode ends the streams that were in it; their sequences start afresh. */
  private async recover(entries: readonly BatchEntry[], error: unknown): Promise<void> {
    this.failedDecodes++;
    const reason = error instanceof Error ? error.message : String(error);
    const failure: Failure = { code: 'engine_crashed', message: `The decode failed: ${reason}` };
    for (const entry of entries) {
      const slot = this.table.get(entry.slot);
      if (slot.stream) this.end(slot.stream, 'error', failure);
      slot.release();
      await this.table.clear(slot);
    }
    if (this.failedDecodes >= MAX_FAILED_DECODES) {
      this.reporter.send();
      throw new Error(`${MAX_FAILED_DECODES} decodes failed in a row: ${reason}`);
    }
  }

  private end(stream: TokenStream, reason: 'cancelled' | 'error', failure?: Failure): void {
    stream.end(reason, this.clock(), failure);
    this.reporter.collect(stream);
  }

  private sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = () => undefined;
        resolve();
      };
    });
  }
}

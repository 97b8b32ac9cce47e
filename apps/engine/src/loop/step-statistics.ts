/** Counters of the step loop since the engine started. */
import type { EngineStats } from '@corral/contracts';
import type { BatchPlan } from './batch-plan.pure.js';

export class StepStatistics {
  private steps = 0;
  private readonly decodeBatchSizes: number[];
  private partialSteps = 0;
  private prefillTokens = 0;
  private cachedTokens = 0;
  private decodedTokens = 0;
  private decodeMs = 0;

  constructor(slots: number) {
    this.decodeBatchSizes = Array.from({ length: slots + 1 }, () => 0);
  }

  /** One step: `running` sequences were decoding before it, `tokens` were drawn in it. */
  countStep(plan: BatchPlan, running: number, tokens: number, stepMs: number): void {
    this.steps++;
    this.decodeBatchSizes[plan.decodingCount] =
      (this.decodeBatchSizes[plan.decodingCount] ?? 0) + 1;
    if (plan.decodingCount < running) this.partialSteps++;
    this.prefillTokens += plan.prefillTokens;
    this.decodedTokens += tokens;
    this.decodeMs += stepMs;
  }

  /** Prompt tokens that were found in the cache. */
  countCached(tokens: number): void {
    this.cachedTokens += tokens;
  }

  snapshot(): EngineStats {
    return {
      steps: this.steps,
      decodeBatchSizes: [...this.decodeBatchSizes],
      partialSteps: this.partialSteps,
      prefillTokens: this.prefillTokens,
      cachedTokens: this.cachedTokens,
      decodedTokens: this.decodedTokens,
      decodeMs: this.decodeMs,
    };
  }
}

/**
 * How many prompt tokens a step may carry. The time of a step cannot be told beforehand (it
 * depends on the machine, the model and what else runs), so the budget follows the measured one:
 * grown while steps stay below the target, shrunk in proportion when one exceeds it.
 */

/** Below this a chunk costs more passes than it saves waiting. */
const MIN_CHUNK_TOKENS = 32;
/**
 * Nothing is known before the first step, and on a slow CPU a whole batch can take longer than the
 * watchdog waits. Four steps later the budget is where it belongs.
 */
const FIRST_CHUNK_TOKENS = 32;
/** Aims below the target, so that ordinary noise does not exceed it. */
const AIM = 0.8;
/** Limits of one adjustment: quick to shrink, slower to grow. */
const MOST_SHRINK = 0.25;
const MOST_GROWTH = 2;
/** A step may take this long when no stream waits for its next token: cancels stay prompt. */
const ALONE_TARGET_MS = 400;

export class ChunkBudget {
  private besideStreams: number;
  private alone: number;

  /** `interTokenTargetMs`: longest step wanted while streams decode beside prompts. */
  constructor(
    private readonly batchTokens: number,
    private readonly interTokenTargetMs: number,
  ) {
    this.besideStreams = Math.min(batchTokens, FIRST_CHUNK_TOKENS);
    this.alone = Math.min(batchTokens, FIRST_CHUNK_TOKENS);
  }

  /** Prompt tokens for the next step. */
  tokens(streamsDecode: boolean): number {
    return Math.floor(streamsDecode ? this.besideStreams : this.alone);
  }

  /** Learns from a step that carried `prefillTokens` of prompts. */
  record(streamsDecode: boolean, prefillTokens: number, stepMs: number): void {
    const budget = this.tokens(streamsDecode);
    const targetMs = streamsDecode ? this.interTokenTargetMs : ALONE_TARGET_MS;
    const late = stepMs > targetMs;
    // A step that carried little says nothing about one that carries the whole budget.
    if (prefillTokens === 0 || (!late && prefillTokens < budget / 2)) return;
    const factor = clamp((AIM * targetMs) / Math.max(stepMs, 0.01), MOST_SHRINK, MOST_GROWTH);
    const next = clamp(
      Math.min(prefillTokens, budget) * factor,
      MIN_CHUNK_TOKENS,
      this.batchTokens,
    );
    if (streamsDecode) this.besideStreams = next;
    else this.alone = next;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/**
 * Whether an engine hangs. Judged by its messages: a healthy one sends stats each second, so one
 * that says nothing at all is stopped or blocked. One that talks but makes no progress with work on
 * board is stuck in a native call; that takes far longer to be sure of, because a single prompt
 * chunk of a large model on CPU takes many seconds.
 */
const SILENCE_LIMIT_MS = 6_000;
const NO_PROGRESS_LIMIT_MS = 120_000;
/** A round this late means that this process, or the machine, was asleep: nothing can be judged. */
const LATE_ROUND_MS = 3_000;

export class Watchdog {
  private roundAtMs: number;
  private messageAtMs: number;
  private progressAtMs: number;

  constructor(nowMs: number) {
    this.roundAtMs = nowMs;
    this.messageAtMs = nowMs;
    this.progressAtMs = nowMs;
  }

  /** The engine said something. */
  heard(nowMs: number): void {
    this.messageAtMs = nowMs;
  }

  /** It made a step, or got its first work after none. */
  progressed(nowMs: number): void {
    this.progressAtMs = nowMs;
  }

  /** One round, at least every second: why the engine must be killed; null when it is well. */
  judge(onBoard: number, nowMs: number): string | null {
    const wasAsleep = nowMs - this.roundAtMs > LATE_ROUND_MS;
    this.roundAtMs = nowMs;
    if (wasAsleep) {
      this.messageAtMs = nowMs;
      this.progressAtMs = nowMs;
      return null;
    }
    const silentMs = nowMs - this.messageAtMs;
    if (silentMs > SILENCE_LIMIT_MS) return `it said nothing for ${seconds(silentMs)} s`;
    const idleMs = nowMs - this.progressAtMs;
    if (onBoard === 0 || idleMs <= NO_PROGRESS_LIMIT_MS) return null;
    return `it made no progress for ${seconds(idleMs)} s with ${onBoard} on board`;
  }
}

function seconds(durationMs: number): number {
  return Math.round(durationMs / 1000);
}

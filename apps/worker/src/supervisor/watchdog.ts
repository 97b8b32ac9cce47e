/**
 * Whether an engine hangs. Judged by its messages: a healthy one sends stats each second, so one
 * that says nothing at all is stopped or blocked. One that talks but makes no progress with work on
 * board is stuck in a native call; that takes far longer to be sure of, because a single prompt
 * chunk of a large model on CPU takes many seconds.
 */
const SILENCE_LIMIT_MS = 10_000;
const NO_PROGRESS_LIMIT_MS = 120_000;
/** A round this late means that this process, or the machine, was asleep: nothing can be judged. */
const LATE_ROUND_MS = 3_000;

export interface EngineVitals {
  /** When this was last checked. */
  lastRoundAtMs: number;
  /** When the engine last said anything. */
  lastMessageAtMs: number;
  /** When it last made a step, finished something, or got its first work after none. */
  lastProgressAtMs: number;
  /** Attempts on board. */
  onBoard: number;
}

/**
 * Why the engine must be killed; null: it is well. `asleep` means that the judge itself slept, and
 * that all of the vitals have to be set to `nowMs`.
 */
export function watchdogVerdict(vitals: EngineVitals, nowMs: number): string | 'asleep' | null {
  if (nowMs - vitals.lastRoundAtMs > LATE_ROUND_MS) return 'asleep';
  const silentMs = nowMs - vitals.lastMessageAtMs;
  if (silentMs > SILENCE_LIMIT_MS) return `it said nothing for ${Math.round(silentMs / 1000)} s`;
  const idleMs = nowMs - vitals.lastProgressAtMs;
  if (vitals.onBoard === 0 || idleMs <= NO_PROGRESS_LIMIT_MS) return null;
  return `it made no progress for ${Math.round(idleMs / 1000)} s with ${vitals.onBoard} on board`;
}

/**
 * Whether a deployment gets one replica more or one less, between its bounds. Pure; asked once a
 * second by the leader.
 *
 * | now                                                       | step                           |
 * |-----------------------------------------------------------|--------------------------------|
 * | fewer or more than the bounds allow                       | to the bound                   |
 * | not all replicas are ready                                | none up: they may be enough    |
 * | somebody has waited 5 s, or above 80 % for 15 s           | one more                       |
 * | below 30 %, and nobody waits, for 5 min                   | one less, down to one          |
 *
 * A replica that finds no place keeps nothing from being taken away. Between 30 and 80 % nothing happens. Two replicas below 30 % are one below 60 %, so a step down
 * never calls for a step up. To nothing at all it goes by being idle (idle-unload.ts).
 */

export const WAIT_LIMIT_MS = 5_000;
export const BUSY_SHARE = 0.8;
export const BUSY_FOR_MS = 15_000;
export const QUIET_SHARE = 0.3;
export const QUIET_FOR_MS = 300_000;

export interface ScalingBounds {
  /** At least 0. */
  min: number;
  /** At least 1, and at least `min`. */
  max: number;
}

/** Of all controllers and nodes together. */
export interface ScalingFigures {
  /** How many there should be now. */
  desired: number;
  /** Replicas that are ready, and their slots. */
  ready: number;
  slots: number;
  /** Generations on board of workers, those that wait there for a slot included. */
  onBoard: number;
  /** Generations in the controllers' queues. */
  waiting: number;
  /** The longest wait of one of these so far. */
  longestWaitMs: number;
}

/** Since when it has been so, on the caller's monotonic clock; null: it is not so. */
export interface ScalingMemory {
  busySinceMs: number | null;
  quietSinceMs: number | null;
}

export const FRESH: ScalingMemory = { busySinceMs: null, quietSinceMs: null };

export interface ScalingStep {
  memory: ScalingMemory;
  /** Null: the number stays. */
  to: number | null;
  /** Why it is `to`; empty where the number stays. */
  reason: string;
}

export function scalingStep(
  { min, max }: ScalingBounds,
  figures: ScalingFigures,
  before: ScalingMemory,
  nowMs: number,
): ScalingStep {
  const { desired, ready, slots, onBoard, waiting, longestWaitMs } = figures;
  const least = Math.max(min, 1);
  if (desired < least) return step(least, `it has at least ${least}`);
  if (desired > max) return step(max, `it has at most ${max}`);
  if (slots === 0 || ready > desired) return stay(FRESH);

  const share = (onBoard + waiting) / slots;
  const isComplete = ready === desired;
  const memory: ScalingMemory = {
    busySinceMs: isComplete && share > BUSY_SHARE ? (before.busySinceMs ?? nowMs) : null,
    quietSinceMs: isQuiet(share, waiting) ? (before.quietSinceMs ?? nowMs) : null,
  };
  const load = `${onBoard + waiting} requests for ${slots} slots`;
  if (isComplete && desired < max) {
    const reason = reasonToGrow(longestWaitMs, memory.busySinceMs, nowMs);
    if (reason !== null) return step(desired + 1, `${reason} (${load})`);
  }
  if (desired > least && lasted(memory.quietSinceMs, QUIET_FOR_MS, nowMs)) {
    const below = `below ${QUIET_SHARE * 100} % for ${seconds(QUIET_FOR_MS)}`;
    return step(desired - 1, `its slots were ${below} (${load})`);
  }
  return stay(memory);
}

function isQuiet(share: number, waiting: number): boolean {
  return share < QUIET_SHARE && waiting === 0;
}

/** Why one more replica is needed; null: it is not. */
function reasonToGrow(
  longestWaitMs: number,
  busySinceMs: number | null,
  nowMs: number,
): string | null {
  if (longestWaitMs >= WAIT_LIMIT_MS) return `a request has waited ${seconds(longestWaitMs)}`;
  if (!lasted(busySinceMs, BUSY_FOR_MS, nowMs)) return null;
  return `its slots were above ${BUSY_SHARE * 100} % for ${seconds(BUSY_FOR_MS)}`;
}

function step(to: number, reason: string): ScalingStep {
  return { memory: FRESH, to, reason };
}

function stay(memory: ScalingMemory): ScalingStep {
  return { memory, to: null, reason: '' };
}

function lasted(sinceMs: number | null, forMs: number, nowMs: number): boolean {
  return sinceMs !== null && nowMs - sinceMs >= forMs;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

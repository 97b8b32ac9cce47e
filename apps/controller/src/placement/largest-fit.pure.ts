/**
 * How much of a model a node could take: the most slots, and the longest context. The cache grows
 * with both; the computation is taken as it is at the size asked for. Pure.
 */
import { fitOnDevices, type DeviceWishes } from './device-fit.pure.js';
import type { FreeMemory } from './memory/free-memory.pure.js';
import type { MemoryNeed } from './memory/memory-need.pure.js';

const MAX_SLOTS = 256;
/** Contexts are told in steps of so many tokens. */
const CONTEXT_STEP = 256;
const MAX_CONTEXT_TOKENS = 4_194_304;

/** Null: not even the least fits. */
export interface LargestFit {
  /** At the context asked for. */
  maxSlots: number | null;
  /** Of each of the slots asked for; up to what the model was trained for. */
  maxContextTokens: number | null;
}

export function largestFit(
  need: MemoryNeed,
  devices: readonly FreeMemory[],
  wishes: DeviceWishes,
): LargestFit {
  const { slots, contextTokens, trainContextTokens } = need.estimate;
  const fits = (size: { slots: number; contextTokens: number }): boolean =>
    fitOnDevices(resized(need, size), '', devices, wishes).fits;
  const longest = Math.min(trainContextTokens ?? MAX_CONTEXT_TOKENS, MAX_CONTEXT_TOKENS);
  const steps = Math.max(1, Math.floor(longest / CONTEXT_STEP));
  const step = largest(steps, (count) => fits({ slots, contextTokens: count * CONTEXT_STEP }));
  return {
    maxSlots: largest(MAX_SLOTS, (count) => fits({ slots: count, contextTokens })),
    maxContextTokens: step === null ? null : step * CONTEXT_STEP,
  };
}

function resized(
  need: MemoryNeed,
  size: Pick<MemoryNeed['estimate'], 'slots' | 'contextTokens'>,
): MemoryNeed {
  const { estimate } = need;
  const times = (size.slots * size.contextTokens) / (estimate.slots * estimate.contextTokens);
  const kvCacheBytes = Math.ceil(estimate.kvCacheBytes * times);
  return { ...need, estimate: { ...estimate, ...size, kvCacheBytes } };
}

/** The largest of 1 to `limit` that holds, by halving; null: none does. */
function largest(limit: number, holds: (value: number) => boolean): number | null {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? null : low;
}

/** Whether attention is computed by the flash kernel. Pure. */
import type { ReplicaSpec } from '@corral/contracts';

export interface AttentionFacts {
  /** The architecture has a flash kernel. */
  supported: boolean;
  /** Width of one attention head; null where the file does not say. */
  headWidth: number | null;
  onGpu: boolean;
}

/** Values that the widest CPU vector code takes at once. */
const CPU_VECTOR_WIDTH = 64;

/**
 * On a CPU the flash kernel was measured 1.2 to 2.4 times as fast for several streams, with heads
 * 64 wide; with narrower ones it works value by value and is three times as slow as the plain one.
 * A quantized cache needs it in any case.
 */
export function usesFlashAttention(
  spec: Pick<ReplicaSpec, 'flashAttention' | 'kvCacheType'>,
  facts: AttentionFacts,
): boolean {
  if (!facts.supported) return false;
  if (spec.kvCacheType === 'q8_0') return true;
  if (!spec.flashAttention || facts.onGpu) return spec.flashAttention;
  return facts.headWidth === null || facts.headWidth % CPU_VECTOR_WIDTH === 0;
}

/**
 * The size of the KV cache. The bindings work it out for 16-bit caches; for quantized ones they
 * count a block of 32 values for each value, so those are derived from the 16-bit figure.
 */
import type { ReplicaSpec } from '@corral/contracts';
import type { GgufInsights } from 'node-llama-cpp';

/** Bytes of a q8_0 block (32 values and their scale) against 32 values of f16. */
const Q8_0_SHARE_OF_F16 = 34 / 64;

/** Bytes of all slots' cache: what grows with the context, by the growth from this to twice as much. */
export function kvCacheBytesOf(
  insights: Pick<GgufInsights, 'estimateContextResourceRequirements'>,
  spec: Pick<ReplicaSpec, 'slots' | 'batchTokens' | 'kvCacheType'>,
  contextTokens: number,
): number {
  const bytesAt = (contextSize: number): number =>
    insights.estimateContextResourceRequirements({
      contextSize,
      sequences: spec.slots,
      batchSize: batchSizeOf(spec),
      modelGpuLayers: 0,
      includeGraphOverhead: false,
    }).cpuRam;
  const f16Bytes = bytesAt(2 * contextTokens) - bytesAt(contextTokens);
  return Math.ceil(spec.kvCacheType === 'q8_0' ? f16Bytes * Q8_0_SHARE_OF_F16 : f16Bytes);
}

/** Tokens of one decode call; every slot must find room in it. */
export function batchSizeOf(spec: Pick<ReplicaSpec, 'slots' | 'batchTokens'>): number {
  return Math.max(spec.batchTokens, spec.slots);
}

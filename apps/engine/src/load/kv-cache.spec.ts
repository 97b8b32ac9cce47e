import { kvCacheBytesOf } from './kv-cache.js';

/** 1,000 bytes of cache for each token of context, and 77 bytes of other things. */
const insights = {
  estimateContextResourceRequirements: ({
    contextSize,
    sequences,
  }: {
    contextSize: number;
    sequences?: number;
  }) => ({ cpuRam: contextSize * (sequences ?? 1) * 1_000 + 77, gpuVram: 0 }),
};
const spec = { slots: 4, batchTokens: 512, kvCacheType: 'f16' as const };

describe('the KV cache', () => {
  it('is what grows with the context', () => {
    expect(kvCacheBytesOf(insights, spec, 2_048)).toBe(4 * 2_048 * 1_000);
  });

  it('takes 34 bytes for 32 values when it is quantized, instead of 64', () => {
    const quantized = { ...spec, kvCacheType: 'q8_0' as const };
    expect(kvCacheBytesOf(insights, quantized, 2_048)).toBe((4 * 2_048 * 1_000 * 34) / 64);
  });
});

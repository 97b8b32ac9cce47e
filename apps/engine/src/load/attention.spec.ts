import { usesFlashAttention, type AttentionFacts } from './attention.pure.js';

const cpu: AttentionFacts = { supported: true, headWidth: 64, onGpu: false };

describe('usesFlashAttention', () => {
  it.each([
    ['wide heads on a CPU', true, 'f16', cpu, true],
    ['heads of unknown width', true, 'f16', { ...cpu, headWidth: null }, true],
    ['narrow heads on a CPU', true, 'f16', { ...cpu, headWidth: 32 }, false],
    ['narrow heads on a GPU', true, 'f16', { ...cpu, headWidth: 32, onGpu: true }, true],
    ['a spec that says no', false, 'f16', cpu, false],
    ['a quantized cache, which has no other kernel', false, 'q8_0', cpu, true],
    ['an architecture without the kernel', true, 'q8_0', { ...cpu, supported: false }, false],
  ] as const)('decides for %s', (_, flashAttention, kvCacheType, facts, expected) => {
    expect(usesFlashAttention({ flashAttention, kvCacheType }, facts)).toBe(expected);
  });
});

import { isLarger, marginOf, marginsOf } from './memory-margin.pure.js';

const sample = (measuredBytes: number) => ({ estimateBytes: 1_000, measuredBytes });

describe('the margin of a load', () => {
  it('is five percent until something was measured', () => {
    expect(marginOf(undefined)).toBe(1.05);
    expect(marginsOf((kind) => (kind === 'cuda' ? sample(1_200) : undefined))).toEqual({
      cpu: 1.05,
      cuda: 1.2,
      vulkan: 1.05,
      metal: 1.05,
    });
  });

  it('is what was measured, within 1.0 and 1.5', () => {
    expect([900, 1_000, 1_100, 9_000].map((bytes) => marginOf(sample(bytes)))).toEqual([
      1, 1, 1.1, 1.5,
    ]);
  });

  it('is the largest that was measured', () => {
    expect(isLarger(sample(1_100), undefined)).toBe(true);
    expect(isLarger(sample(1_100), sample(1_050))).toBe(true);
    expect(isLarger(sample(1_050), sample(1_100))).toBe(false);
    expect(isLarger({ estimateBytes: 0, measuredBytes: 1 }, undefined)).toBe(false);
  });
});

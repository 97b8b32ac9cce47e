import { PassCosts } from './pass-costs.pure.js';

/** Measured on one core: a small model, and one of 100 million parameters in q8_0. */
const SMALL = new PassCosts(
  new Map([
    [1, 0.32],
    [2, 0.38],
    [4, 0.53],
    [16, 2.3],
  ]),
);
const LARGE = new PassCosts(
  new Map([
    [1, 4.1],
    [2, 18],
    [4, 21],
    [8, 27],
    [16, 41],
  ]),
);

describe('PassCosts', () => {
  it('decodes together where that is cheaper', () => {
    for (const sequences of [2, 3, 4, 10, 16]) expect(SMALL.splits(sequences)).toBe(false);
    for (const sequences of [8, 12, 16]) expect(LARGE.splits(sequences)).toBe(false);
  });

  it('decodes one after the other where a batch of few costs more', () => {
    for (const sequences of [2, 3, 4]) expect(LARGE.splits(sequences)).toBe(true);
  });

  it('fills gaps only where a further row is cheap', () => {
    expect(SMALL.maxFilledGap).toBeGreaterThanOrEqual(1);
    expect(LARGE.maxFilledGap).toBe(0);
  });

  it('never splits a single sequence, nor what was not measured', () => {
    expect(LARGE.splits(1)).toBe(false);
    expect(LARGE.splits(32)).toBe(false);
    expect(PassCosts.UNMEASURED.splits(4)).toBe(false);
    expect(PassCosts.UNMEASURED.maxFilledGap).toBe(4);
  });
});

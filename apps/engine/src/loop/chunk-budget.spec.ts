import { ChunkBudget } from './chunk-budget.pure.js';

/** Runs steps on a machine that needs `baseMs` per step and `tokenMs` per prompt token. */
function settle(budget: ChunkBudget, baseMs: number, tokenMs: number): number {
  for (let i = 0; i < 40; i++) {
    const tokens = budget.tokens(true);
    budget.record(true, tokens, baseMs + tokens * tokenMs);
  }
  return budget.tokens(true);
}

describe('ChunkBudget', () => {
  it('settles where a step stays just below the target', () => {
    const chunk = settle(new ChunkBudget(2048, 100), 10, 0.5);
    const stepMs = 10 + chunk * 0.5;
    expect(stepMs).toBeGreaterThan(60);
    expect(stepMs).toBeLessThanOrEqual(100);
  });

  it('shrinks at once when a step exceeds the target', () => {
    const budget = new ChunkBudget(512, 50);
    budget.record(true, 128, 200);
    expect(budget.tokens(true)).toBeLessThan(40);
  });

  it('uses the whole batch on a machine that is fast enough, and never less than a minimum', () => {
    expect(settle(new ChunkBudget(512, 100), 1, 0.001)).toBe(512);
    expect(settle(new ChunkBudget(512, 100), 500, 10)).toBe(32);
  });

  it('learns nothing from a step that carried little', () => {
    const budget = new ChunkBudget(512, 100);
    const before = budget.tokens(true);
    budget.record(true, 10, 1);
    expect(budget.tokens(true)).toBe(before);
  });

  it('takes larger chunks while no stream waits, still bounded in time', () => {
    const budget = new ChunkBudget(4096, 50);
    for (let i = 0; i < 20; i++) {
      budget.record(true, budget.tokens(true), budget.tokens(true) * 5);
      budget.record(false, budget.tokens(false), budget.tokens(false) * 5);
    }
    expect(budget.tokens(false)).toBeGreaterThan(budget.tokens(true));
    expect(budget.tokens(false) * 5).toBeLessThanOrEqual(400);
  });
});

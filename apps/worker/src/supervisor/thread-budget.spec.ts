import { maxThreadsOf } from './thread-budget.pure.js';

describe('the thread budget', () => {
  it.each([
    ['one core is all there is', { cores: 1, configured: null, cpuReplicas: 1 }, 1],
    ['a core is left for Node', { cores: 8, configured: null, cpuReplicas: 1 }, 7],
    ['two engines share', { cores: 8, configured: null, cpuReplicas: 2 }, 3],
    ['nobody gets less than one', { cores: 2, configured: null, cpuReplicas: 5 }, 1],
    ['the operator decides', { cores: 2, configured: 16, cpuReplicas: 2 }, 8],
    ['a GPU engine has the budget to itself', { cores: 4, configured: null, cpuReplicas: 0 }, 3],
  ])('%s', (_what, share, threads) => {
    expect(maxThreadsOf(share)).toBe(threads);
  });
});

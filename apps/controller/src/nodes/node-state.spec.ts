import { nodeStateOf } from './node-state.js';

describe('a node', () => {
  it.each([
    [0, 'ready'],
    [3_000, 'ready'],
    [3_001, 'suspect'],
    [8_000, 'suspect'],
    [8_001, 'lost'],
  ])('that has been silent for %i ms is %s', (silentMs, state) => {
    expect(nodeStateOf(silentMs)).toBe(state);
  });
});

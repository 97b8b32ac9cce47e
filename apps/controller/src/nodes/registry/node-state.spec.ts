import { nodeStateOf } from './node-state.pure.js';

describe('a node', () => {
  it.each([
    [0, 'ready'],
    [3_000, 'ready'],
    [3_001, 'suspect'],
    [8_000, 'suspect'],
    [8_001, 'lost'],
  ])('that has been silent for %i ms is %s', (silentMs, state) => {
    expect(nodeStateOf({ silentMs })).toBe(state);
  });

  it.each([
    [0, 'joining'],
    [3_001, 'suspect'],
    [8_001, 'lost'],
  ])('without a row is, after %i ms, %s', (silentMs, state) => {
    expect(nodeStateOf({ silentMs, isStored: false })).toBe(state);
  });

  it.each([
    [0, 'ready'],
    [3_001, 'suspect'],
    [3_600_000, 'suspect'],
  ])('that the brake holds is, after %i ms, %s', (silentMs, state) => {
    expect(nodeStateOf({ silentMs, isHeld: true })).toBe(state);
  });
});

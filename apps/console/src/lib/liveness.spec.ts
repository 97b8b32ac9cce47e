import { livenessOf } from './liveness';

describe('liveness', () => {
  it('is connecting until the first sample', () => {
    expect(livenessOf('open', null)).toBe('connecting');
  });

  it('is live with a fresh sample and a stream that is up or coming up', () => {
    expect(livenessOf('open', 11_999)).toBe('live');
    expect(livenessOf('opening', 0)).toBe('live');
  });

  it('is reconnecting while the last sample is still fresh', () => {
    expect(livenessOf('lost', 3_000)).toBe('reconnecting');
  });

  it('is stale from 12 s on, even if the stream calls itself open', () => {
    expect(livenessOf('open', 12_000)).toBe('stale');
    expect(livenessOf('lost', 60_000)).toBe('stale');
  });
});

import { shareDeviceTime } from './device-time.pure.js';

function shares(tokensBySlot: Record<number, number>, stepMs: number): Record<number, number> {
  const entries = Object.entries(tokensBySlot).map(([slot, count]) => ({
    slot: Number(slot),
    tokens: new Uint32Array(count),
  }));
  const charged: Record<number, number> = {};
  shareDeviceTime(entries, stepMs, (slot, deviceMs) => (charged[slot] = deviceMs));
  return charged;
}

describe('the time of a step', () => {
  it('is divided by the tokens that each stream had in the batch', () => {
    expect(shares({ 0: 1, 3: 6, 4: 1 }, 16)).toEqual({ 0: 2, 3: 12, 4: 2 });
  });

  it('is all of it for a stream that decodes alone', () => {
    expect(shares({ 2: 1 }, 7.5)).toEqual({ 2: 7.5 });
  });
});

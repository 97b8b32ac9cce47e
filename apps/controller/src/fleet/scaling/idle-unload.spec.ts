import { idleTimeoutMsOf, isToUnload } from './idle-unload.pure.js';

const IDLING = { idleTimeoutS: 60, minReplicas: null, desiredReplicas: 1, unloadedAt: null };

describe('a deployment that nobody uses', () => {
  it('is unloaded after its time-out, not before', () => {
    expect(isToUnload(IDLING, 59_999)).toBe(false);
    expect(isToUnload(IDLING, 60_000)).toBe(true);
  });

  it('stays when it has no time-out', () => {
    expect(isToUnload({ ...IDLING, idleTimeoutS: null }, 1e12)).toBe(false);
  });

  it('is unloaded after five minutes where nothing is the least', () => {
    expect(idleTimeoutMsOf({ idleTimeoutS: null, minReplicas: 0 })).toBe(300_000);
    expect(idleTimeoutMsOf({ idleTimeoutS: 10, minReplicas: 0 })).toBe(10_000);
    expect(idleTimeoutMsOf({ idleTimeoutS: null, minReplicas: 1 })).toBeNull();
  });

  it('is not unloaded twice, nor when an admin wants none of it', () => {
    expect(isToUnload({ ...IDLING, unloadedAt: new Date() }, 1e12)).toBe(false);
    expect(isToUnload({ ...IDLING, desiredReplicas: 0 }, 1e12)).toBe(false);
  });
});

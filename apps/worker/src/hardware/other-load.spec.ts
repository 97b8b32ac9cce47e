import { otherCores, type CpuCounters } from './other-load.pure.js';

const look = (
  atMs: number,
  busyTicks: number | null,
  own: [pid: number, ticks: number][] = [],
): CpuCounters => ({ atMs, busyTicks, ownTicks: new Map(own) });

describe('the load of others', () => {
  it.each([
    ['all of it, without engines', look(0, 1_000), look(1_000, 1_150), 1.5],
    ['what the engines did not do', look(0, 1_000, [[7, 40]]), look(2_000, 1_300, [[7, 140]]), 1],
    ['nothing, when an engine did all', look(0, 0, [[7, 0]]), look(1_000, 100, [[7, 103]]), 0],
    ['less what a new engine did', look(0, 0), look(1_000, 100, [[8, 60]]), 0.4],
    ['unknown without counters', look(0, null), look(1_000, 100), null],
    ['unknown in no time', look(5, 0), look(5, 100), null],
  ])('is %s', (_, before, now, cores) => {
    expect(otherCores(before, now)).toBe(cores);
  });
});

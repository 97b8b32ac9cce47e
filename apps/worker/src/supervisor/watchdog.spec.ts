import { watchdogVerdict, type EngineVitals } from './watchdog.js';

const nowMs = 1_000_000;
const well: EngineVitals = {
  lastRoundAtMs: nowMs - 500,
  lastMessageAtMs: nowMs - 900,
  lastProgressAtMs: nowMs - 900,
  onBoard: 2,
};

describe('the watchdog', () => {
  it('leaves a talking engine alone', () => {
    expect(watchdogVerdict(well, nowMs)).toBeNull();
  });

  it('condemns an engine that said nothing for more than ten seconds, idle or not', () => {
    const silent = { ...well, lastMessageAtMs: nowMs - 10_001 };
    expect(watchdogVerdict(silent, nowMs)).toBe('it said nothing for 10 s');
    expect(watchdogVerdict({ ...silent, onBoard: 0 }, nowMs)).toBe('it said nothing for 10 s');
    expect(watchdogVerdict({ ...well, lastMessageAtMs: nowMs - 10_000 }, nowMs)).toBeNull();
  });

  it('condemns an engine that talks but does not move its work for two minutes', () => {
    const stuck = { ...well, lastProgressAtMs: nowMs - 120_001 };
    expect(watchdogVerdict(stuck, nowMs)).toContain('no progress for 120 s with 2 on board');
    expect(watchdogVerdict({ ...stuck, onBoard: 0 }, nowMs)).toBeNull();
  });

  it('judges nobody after its own sleep', () => {
    const woken = { ...well, lastRoundAtMs: nowMs - 30_000, lastMessageAtMs: nowMs - 30_000 };
    expect(watchdogVerdict(woken, nowMs)).toBe('asleep');
  });
});

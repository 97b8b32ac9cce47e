import { Watchdog } from './watchdog.pure.js';

/** Rounds each second up to `toMs`, with what the engine does before each; the last verdict. */
function watch(toMs: number, onBoard: number, live: (watchdog: Watchdog, nowMs: number) => void) {
  const watchdog = new Watchdog(0);
  let verdict: string | null = null;
  for (let nowMs = 1_000; nowMs <= toMs; nowMs += 1_000) {
    live(watchdog, nowMs);
    verdict = watchdog.judge(onBoard, nowMs);
    if (verdict !== null) return `${nowMs}: ${verdict}`;
  }
  return verdict;
}

describe('the watchdog', () => {
  it('leaves a working engine alone', () => {
    const working = (watchdog: Watchdog, nowMs: number) => {
      watchdog.heard(nowMs);
      watchdog.progressed(nowMs);
    };
    expect(watch(600_000, 4, working)).toBeNull();
  });

  it('condemns an engine that says nothing for more than six seconds, idle or not', () => {
    const silent = () => undefined;
    expect(watch(60_000, 1, silent)).toBe('7000: it said nothing for 7 s');
    expect(watch(60_000, 0, silent)).toBe('7000: it said nothing for 7 s');
  });

  it('condemns an engine that talks but does not move its work for two minutes', () => {
    const talking = (watchdog: Watchdog, nowMs: number) => watchdog.heard(nowMs);
    expect(watch(600_000, 2, talking)).toBe(
      '121000: it made no progress for 121 s with 2 on board',
    );
    expect(watch(600_000, 0, talking)).toBeNull();
  });

  it('judges nobody after its own sleep, and judges again afterwards', () => {
    const watchdog = new Watchdog(0);
    expect(watchdog.judge(1, 30_000)).toBeNull();
    for (let nowMs = 31_000; nowMs <= 36_000; nowMs += 1_000) {
      expect(watchdog.judge(1, nowMs)).toBeNull();
    }
    expect(watchdog.judge(1, 37_000)).toContain('said nothing for 7 s');
  });
});

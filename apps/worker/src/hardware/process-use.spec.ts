import { anonymousBytes, busyTicks, isStopped, processTicks } from './process-use.pure.js';

describe('what a process takes', () => {
  it('is its own memory without mapped files', () => {
    const status = 'VmRSS:\t  900 kB\nRssAnon:\t  300 kB\nRssFile:\t 500 kB\nRssShmem:\t 100 kB\n';
    expect(anonymousBytes(status)).toBe(400 * 1024);
    expect(anonymousBytes('')).toBeNull();
  });

  it('is the time in user and kernel code, whatever its name', () => {
    const stat = '42 (odd ) name) S 1 2 3 4 5 6 7 8 9 10 70 30 1 1 20 0 1 0 99\n';
    expect(processTicks(stat)).toBe(100);
    expect(processTicks('')).toBeNull();
  });
});

describe('a process', () => {
  it.each([
    ['T', true],
    ['t', true],
    ['S', false],
    ['R', false],
  ])('in state %s is stopped: %s', (state, stopped) => {
    expect(isStopped(`42 (T) T) ${state} 1 2 3`)).toBe(stopped);
  });

  it('that is not there is not stopped', () => {
    expect(isStopped('')).toBe(false);
  });
});

describe('what all cores do', () => {
  it('is counted without idling and waiting', () => {
    expect(busyTicks('cpu  10 20 30 4000 500 6 7 8 0 0\ncpu0 1 1 1 1\n')).toBe(73);
    expect(busyTicks('intr 5\n')).toBeNull();
  });
});

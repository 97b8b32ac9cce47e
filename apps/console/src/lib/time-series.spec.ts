import { SERIES_WINDOW_MS, sparklinePaths, withSample, type Sample } from './time-series';

const BOX = { width: 120, height: 20 };

describe('a series', () => {
  it('keeps what lies within its window', () => {
    const old: Sample = { atMs: 0, value: 1 };
    const edge: Sample = { atMs: 1_000, value: 2 };
    const newest: Sample = { atMs: 1_000 + SERIES_WINDOW_MS, value: 3 };
    expect(withSample([old, edge], newest)).toEqual([edge, newest]);
  });
});

describe('a sparkline', () => {
  it('fills from the left for half a minute, its largest value at the top', () => {
    const { line } = sparklinePaths(
      [
        { atMs: 7_000, value: 0 },
        { atMs: 9_000, value: 4 },
        { atMs: 11_000, value: 2 },
      ],
      BOX,
    );
    expect(line).toBe('M0 20L8 0L16 10');
  });

  it('spans the whole width from then on', () => {
    const minute = Array.from({ length: 16 }, (_, index) => ({ atMs: index * 4_000, value: 1 }));
    const { line } = sparklinePaths(minute, BOX);
    expect(line).toMatch(/^M0 0L8 0/);
    expect(line).toMatch(/L120 0$/);
  });

  it('lies on the bottom edge while all is zero', () => {
    const zeros = [0, 1_000].map((atMs) => ({ atMs, value: 0 }));
    expect(sparklinePaths(zeros, BOX).line).toBe('M0 20L4 20');
  });

  it('breaks at a gap and at a missing value', () => {
    const at = (atMs: number, value: number | null): Sample => ({ atMs, value });
    const withGap = [at(0, 1), at(1_000, 1), at(20_000, 1), at(21_000, 1)];
    expect(sparklinePaths(withGap, BOX).line.match(/M/g)).toHaveLength(2);
    const withNull = [at(0, 1), at(1_000, 1), at(2_000, null), at(3_000, 1), at(4_000, 1)];
    expect(sparklinePaths(withNull, BOX).area.match(/Z/g)).toHaveLength(2);
  });

  it('is empty before two samples', () => {
    expect(sparklinePaths([], BOX)).toEqual({ line: '', area: '' });
    expect(sparklinePaths([{ atMs: 5, value: 1 }], BOX).line).toBe('');
  });
});

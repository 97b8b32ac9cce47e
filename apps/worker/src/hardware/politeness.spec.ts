import {
  AT_WORK,
  nextPoliteness,
  otherUseOf,
  type GpuUse,
  type OtherUse,
} from './politeness.pure.js';

const GIB = 2 ** 30;
const machine = (change: Partial<OtherUse> = {}): OtherUse => ({
  gpus: [],
  cores: 0,
  allCores: 8,
  ...change,
});
const gpu = (change: Partial<GpuUse> = {}): OtherUse => {
  const idle = { deviceId: 'cuda0', totalBytes: 24 * GIB, foreignBytes: 0, busyShare: 0 };
  return machine({ gpus: [{ ...idle, ...change }] });
};

describe('other use of a machine', () => {
  it.each([
    ['no load', machine(), null],
    ['half of the cores', machine({ cores: 4 }), null],
    ['more than half of them', machine({ cores: 4.1 }), /4\.1 of 8 cores/],
    ['an unknown load', machine({ cores: null }), null],
    ['1 GiB of a large GPU', gpu({ foreignBytes: GIB }), null],
    ['more than 1 GiB', gpu({ foreignBytes: 1.1 * GIB }), /1\.1 of 24\.0 GiB of cuda0/],
    ['a tenth of a small GPU', gpu({ totalBytes: 4 * GIB, foreignBytes: 0.4 * GIB }), null],
    ['more than a tenth', gpu({ totalBytes: 4 * GIB, foreignBytes: 0.5 * GIB }), /0\.5 of 4\.0/],
    ['a GPU that is hardly busy', gpu({ busyShare: 0.19 }), null],
    ['a GPU that is busy', gpu({ busyShare: 0.2 }), /cuda0 busy at 20 %/],
    ['a GPU of which that is unknown', gpu({ busyShare: null }), null],
    ['load of a machine with a GPU', { ...gpu(), cores: 8 }, null],
  ])('with %s', (_, use, reason) => {
    if (reason === null) expect(otherUseOf(use)).toBeNull();
    else expect(otherUseOf(use)).toMatch(reason);
  });
});

describe('a polite node', () => {
  /** What it gives way to after each look: at so many seconds, others do this. */
  function story(...looks: [seconds: number, otherUse: string | null][]): (string | null)[] {
    let politeness = AT_WORK;
    return looks.map(([seconds, otherUse]) => {
      politeness = nextPoliteness(politeness, { isPolite: true, otherUse, nowMs: seconds * 1_000 });
      return politeness.yieldsTo;
    });
  }

  it('gives way after 5 s on end', () => {
    expect(story([0, 'game'], [4.9, 'game'], [5, 'game'])).toEqual([null, null, 'game']);
  });

  it('gives way to nothing that passes', () => {
    expect(story([0, 'game'], [4, null], [5, 'game'], [9, 'game'], [10, 'game'])).toEqual([
      null,
      null,
      null,
      null,
      'game',
    ]);
  });

  it('comes back after 60 s on end, and not when there is use in between', () => {
    const away: [number, string][] = [
      [0, 'game'],
      [5, 'game'],
    ];
    expect(story(...away, [6, null], [65, null], [66, null]).slice(2)).toEqual([
      'game',
      'game',
      null,
    ]);
    expect(story(...away, [6, null], [60, 'film'], [61, null], [66, null]).slice(2)).toEqual([
      'game',
      'film',
      'film',
      'film',
    ]);
  });

  it('comes back at once when it is to be polite no more', () => {
    const away = { yieldsTo: 'game', turningSinceMs: null };
    expect(nextPoliteness(away, { isPolite: false, otherUse: 'game', nowMs: 0 })).toEqual(AT_WORK);
  });
});

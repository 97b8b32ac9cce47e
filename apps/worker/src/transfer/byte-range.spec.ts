import { byteRangeOf } from './byte-range.pure.js';

describe('a range of a file of 100 bytes', () => {
  it.each([
    ['bytes=0-', { kind: 'part', first: 0, last: 99 }],
    ['bytes=40-', { kind: 'part', first: 40, last: 99 }],
    ['bytes=40-49', { kind: 'part', first: 40, last: 49 }],
    ['bytes=99-500', { kind: 'part', first: 99, last: 99 }],
    ['bytes=-10', { kind: 'part', first: 90, last: 99 }],
    ['bytes=-500', { kind: 'part', first: 0, last: 99 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    [undefined, { kind: 'whole' }],
    ['', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=9-3', { kind: 'whole' }],
    ['bytes=0-9,20-29', { kind: 'whole' }],
    ['bytes=0x10-', { kind: 'whole' }],
    ['lines=1-2', { kind: 'whole' }],
    ['bytes=99999999999999999999-', { kind: 'whole' }],
  ])('asked for as %s is %j', (header, range) => {
    expect(byteRangeOf(header, 100)).toEqual(range);
  });
});

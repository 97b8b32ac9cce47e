import type { StreamDelta } from '@corral/contracts';
import { DeltaRing } from './delta-ring.pure.js';

function piece(index: number, count = 1): StreamDelta {
  const tokens = Array.from({ length: count }, (_, at) => 100 + index + at);
  return { index, tokens, text: tokens.join(' ') };
}

describe('the ring of a stream', () => {
  it('gives everything from an index on, the finish included', () => {
    const ring = new DeltaRing();
    const last = piece(3, 0);
    for (const each of [piece(0), piece(1), piece(2), last]) ring.push(each);
    expect(ring.since(1)).toEqual([piece(1), piece(2), last]);
    expect(ring.since(3)).toEqual([last]);
    expect(ring.since(4)).toEqual([]);
  });

  it('gives a piece of several tokens when any of them is missing', () => {
    const ring = new DeltaRing();
    ring.push(piece(0, 3));
    expect(ring.since(2)).toEqual([piece(0, 3)]);
  });

  it('starts at the first index of an attempt that continues another', () => {
    const ring = new DeltaRing();
    ring.push(piece(7));
    expect(ring.since(7)).toEqual([piece(7)]);
    expect(ring.since(6)).toBeNull();
  });

  it('forgets the distant past, and says so', () => {
    const ring = new DeltaRing(2);
    for (let index = 0; index < 5; index += 1) ring.push(piece(index));
    expect(ring.since(0)).toBeNull();
    expect(ring.since(3)).toEqual([piece(3), piece(4)]);
  });
});

import { PrefixIndex } from './prefix-index.pure.js';
import { ReplicaPrefixes } from './replica-prefixes.pure.js';

function setUp() {
  const replica = {};
  const index = new PrefixIndex<object>();
  const prefixes = new ReplicaPrefixes(index, replica);
  const holds = (...hashes: number[]): boolean => index.match(hashes).blocksHeldBy(replica) > 0;
  return { index, prefixes, holds };
}

describe('what a replica holds', () => {
  it('is what was sent there, from that moment on', () => {
    const { prefixes, holds } = setUp();
    prefixes.send([1], 0);
    expect(holds(1)).toBe(true);
  });

  it('is what its engine reports, once that has had time to see the end of the attempt', () => {
    const { prefixes, holds } = setUp();
    const sent = [1, 2];
    prefixes.send(sent, 0);
    prefixes.report([], 4, true);
    expect(holds(1)).toBe(true);
    prefixes.end(sent);
    prefixes.report([], 4, true);
    expect(holds(1)).toBe(true);
    prefixes.report([], 4, false); // the same report, said again
    expect(holds(1)).toBe(true);
    prefixes.report([], 4, true);
    expect(holds(1)).toBe(false);
  });

  it('is not counted again for a prompt that it has already, but to the last block of it', () => {
    const { index, prefixes } = setUp();
    prefixes.report([[1, 2]], 4, true);
    const [longer, whole] = [
      [1, 2, 3],
      [1, 2],
    ];
    prefixes.send(longer, 2);
    prefixes.send(whole, 2);
    expect(index.size).toBe(3);
    // Both are known to the end, though their beginning was told by the report alone.
    prefixes.report([], 4, false);
    expect(index.longestHeld(longer)).toBe(3);
    expect(index.longestHeld(whole)).toBe(2);
    for (const hashes of [longer, whole]) prefixes.end(hashes);
    for (let n = 0; n < 2; n += 1) prefixes.report([], 4, true);
    expect(index.size).toBe(0);
  });

  it('comes from other controllers too, and goes when it is evicted', () => {
    const { prefixes, holds } = setUp();
    prefixes.report([[5, 6]], 4, true);
    expect(holds(5, 6)).toBe(true);
    prefixes.report([[7]], 4, true);
    expect([holds(6), holds(7)]).toEqual([false, true]);
  });

  it('is the last prompts, as many as it has slots, when its worker does not say', () => {
    const { prefixes, holds } = setUp();
    for (const hash of [1, 2, 3]) {
      const sent = [hash];
      prefixes.send(sent, 0);
      prefixes.end(sent);
    }
    prefixes.report(null, 2, true);
    expect([1, 2, 3].map((hash) => holds(hash))).toEqual([false, true, true]);
  });

  it('is nothing when it is gone', () => {
    const { prefixes, index } = setUp();
    prefixes.send([1], 0);
    const over = [2];
    prefixes.send(over, 0);
    prefixes.end(over);
    prefixes.report([[3]], 4, true);
    prefixes.clear();
    expect(index.size).toBe(0);
  });
});

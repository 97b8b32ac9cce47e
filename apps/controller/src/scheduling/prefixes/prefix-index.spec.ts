import { PrefixIndex } from './prefix-index.pure.js';

interface Replica {
  name: string;
}
const a: Replica = { name: 'a' };
const b: Replica = { name: 'b' };
const any = (): boolean => true;

function names(replicas: Set<Replica>): string {
  return [...replicas].map(({ name }) => name).join('');
}

describe('the index of prefixes', () => {
  it('finds who holds the longest beginning of a prompt first', () => {
    const index = new PrefixIndex<Replica>();
    index.add(a, [1, 2]);
    index.add(b, [1, 2, 3]);
    const match = index.match([1, 2, 3, 4]);
    expect(names(match.longest(1, any))).toBe('b');
    expect(names(match.longest(2, any))).toBe('ba');
    expect([match.blocksHeldBy(a), match.blocksHeldBy(b)]).toEqual([2, 3]);
  });

  it('takes the deepest block that is told for all that are before it', () => {
    const index = new PrefixIndex<Replica>();
    index.add(a, [3]);
    expect(index.match([1, 2, 3, 4]).blocksHeldBy(a)).toBe(3);
  });

  it('passes over those that do not count', () => {
    const index = new PrefixIndex<Replica>();
    index.add(a, [1]);
    index.add(b, [1, 2]);
    expect(names(index.match([1, 2]).longest(2, (replica) => replica === a))).toBe('a');
  });

  it('knows a block as long as one sequence of a replica holds it, and forgets it then', () => {
    const index = new PrefixIndex<Replica>();
    index.add(a, [1, 2]);
    index.add(a, [1, 3]);
    index.add(b, [1]);
    index.remove(a, [1, 2]);
    expect(index.match([1]).blocksHeldBy(a)).toBe(1);
    index.remove(a, [1, 3]);
    index.remove(a, [1, 3]); // said twice
    expect(index.match([1, 3]).blocksHeldBy(a)).toBe(0);
    index.remove(b, [1]);
    expect(index.size).toBe(0);
  });

  it('does not take a hash for another that has the same low bits', () => {
    const index = new PrefixIndex<Replica>();
    const [hash, other] = [7 + 2 ** 32, 7 + 2 ** 33];
    index.add(a, [hash]);
    index.add(b, [other]);
    expect(index.match([hash]).blocksHeldBy(a)).toBe(1);
    expect(index.match([other]).blocksHeldBy(b)).toBe(0);
    index.remove(b, [other]);
    expect(index.longestHeld([hash])).toBe(1);
    index.remove(a, [hash]);
    expect(index.size).toBe(0);
  });
});

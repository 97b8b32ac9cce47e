import { IndexedHeap } from './indexed-heap.pure.js';

describe('the indexed heap', () => {
  it.each([1, 2, 3])('has the least first after any changes, seed %i', (seed) => {
    let state = seed;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state % below;
    };
    const heap = new IndexedHeap<{ key: number }>();
    const entries = Array.from({ length: 50 }, () => ({ key: 0 }));
    const inside = new Set<{ key: number }>();
    for (let step = 0; step < 2_000; step += 1) {
      const entry = entries[random(50)] ?? { key: 0 };
      if (random(3) === 0) {
        heap.delete(entry);
        inside.delete(entry);
      } else {
        entry.key = random(1_000);
        heap.set(entry, entry.key);
        inside.add(entry);
      }
      const expected = [...inside].map(({ key }) => key).sort((x, y) => x - y);
      expect(heap.least(5).map(({ key }) => key)).toEqual(expected.slice(0, 5));
      expect(heap.size).toBe(inside.size);
    }
  });
});

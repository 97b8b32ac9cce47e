/** Entries by a key that changes, least first: a binary heap that knows each entry's place. Pure. */

export class IndexedHeap<E extends object> {
  private readonly entries: E[] = [];
  private readonly keys: number[] = [];
  private readonly places = new Map<E, number>();

  get size(): number {
    return this.entries.length;
  }

  has(entry: E): boolean {
    return this.places.has(entry);
  }

  /** Adds the entry, or moves it to its new key. */
  set(entry: E, key: number): void {
    let at = this.places.get(entry);
    if (at === undefined) {
      at = this.entries.length;
      this.put(at, entry, key);
    } else {
      this.keys[at] = key;
    }
    this.settle(at);
  }

  /** No effect on what is not here. */
  delete(entry: E): void {
    const at = this.places.get(entry);
    if (at === undefined) return;
    this.places.delete(entry);
    const last = this.entries.pop();
    const key = this.keys.pop();
    if (last === undefined || key === undefined || last === entry) return;
    this.put(at, last, key);
    this.settle(at);
  }

  /** The `count` least, least first. */
  least(count: number): E[] {
    const found: E[] = [];
    const open = [0];
    while (found.length < count && open.length > 0) {
      const next = open.reduce((best, at) => (this.keyAt(at) < this.keyAt(best) ? at : best));
      open.splice(open.indexOf(next), 1);
      const entry = this.entries[next];
      if (entry === undefined) continue;
      found.push(entry);
      for (const below of [2 * next + 1, 2 * next + 2]) {
        if (below < this.entries.length) open.push(below);
      }
    }
    return found;
  }

  private settle(from: number): void {
    let at = this.rise(from);
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const least = this.keyAt(right) < this.keyAt(left) ? right : left;
      if (!(this.keyAt(least) < this.keyAt(at))) return;
      this.swap(at, least);
      at = least;
    }
  }

  private rise(from: number): number {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.keyAt(above) <= this.keyAt(at)) return at;
      this.swap(at, above);
      at = above;
    }
    return at;
  }

  private keyAt(at: number): number {
    return this.keys[at] ?? Infinity;
  }

  private swap(one: number, other: number): void {
    const entry = this.entries[one];
    const otherEntry = this.entries[other];
    if (entry === undefined || otherEntry === undefined) return;
    const key = this.keyAt(one);
    this.put(one, otherEntry, this.keyAt(other));
    this.put(other, entry, key);
  }

  private put(at: number, entry: E, key: number): void {
    this.entries[at] = entry;
    this.keys[at] = key;
    this.places.set(entry, at);
  }
}

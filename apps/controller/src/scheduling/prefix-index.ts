/**
 * Which replica holds which prefix: for each block's hash, the replicas that have it, and how many
 * of their sequences do. A hash stands for all blocks before it, so a flat map does what a radix
 * tree does: the deepest hash that a replica has tells how far it shares the prompt. Looking up
 * costs the prompt's blocks, however many replicas there are. Pure.
 */

/** Most blocks are held by one replica; a set for each of a million would not be small. */
type Holders<R extends object> = { replica: R; sequences: number } | Map<R, number>;

/** Holders of one block that are looked at; whoever is worth more is found otherwise. */
const HOLDERS_PER_BLOCK = 16;

export class PrefixIndex<R extends object> {
  private readonly blocks = new Map<number, Holders<R>>();

  /** Different blocks that are held anywhere. */
  get size(): number {
    return this.blocks.size;
  }

  /** A sequence of the replica holds these. */
  add(replica: R, hashes: readonly number[]): void {
    for (const hash of hashes) {
      const holders = this.blocks.get(hash);
      if (holders === undefined) this.blocks.set(hash, { replica, sequences: 1 });
      else if (holders instanceof Map) holders.set(replica, (holders.get(replica) ?? 0) + 1);
      else if (holders.replica === replica) holders.sequences += 1;
      else {
        const both = new Map([
          [holders.replica, holders.sequences],
          [replica, 1],
        ]);
        this.blocks.set(hash, both);
      }
    }
  }

  /** Takes back one `add` of the same hashes. */
  remove(replica: R, hashes: readonly number[]): void {
    for (const hash of hashes) {
      const holders = this.blocks.get(hash);
      if (holders === undefined) continue;
      if (!(holders instanceof Map)) {
        if (holders.replica !== replica) continue;
        holders.sequences -= 1;
        if (holders.sequences === 0) this.blocks.delete(hash);
        continue;
      }
      const sequences = (holders.get(replica) ?? 0) - 1;
      if (sequences > 0) holders.set(replica, sequences);
      else holders.delete(replica);
      if (holders.size === 0) this.blocks.delete(hash);
    }
  }

  /** Blocks of the prompt, from its beginning, that somebody holds. */
  longestHeld(hashes: readonly number[]): number {
    for (let held = hashes.length; held > 0; held -= 1) {
      const hash = hashes[held - 1];
      if (hash !== undefined && this.blocks.has(hash)) return held;
    }
    return 0;
  }

  /** What is held of a prompt with these blocks. */
  match(hashes: readonly number[]): PrefixMatch<R> {
    return new PrefixMatch(hashes.map((hash) => this.blocks.get(hash)));
  }
}

export class PrefixMatch<R extends object> {
  /** @param levels holders of the prompt's first block, of its second, … */
  constructor(private readonly levels: readonly (Holders<R> | undefined)[]) {}

  /** Replicas with the longest prefixes among those that `counts` takes, at most `limit`. */
  longest(limit: number, counts: (replica: R) => boolean): Set<R> {
    const found = new Set<R>();
    for (let level = this.levels.length - 1; level >= 0 && found.size < limit; level -= 1) {
      const holders = this.levels[level];
      if (holders === undefined) continue;
      if (!(holders instanceof Map)) {
        if (counts(holders.replica)) found.add(holders.replica);
        continue;
      }
      let looked = 0;
      for (const replica of holders.keys()) {
        if (counts(replica)) found.add(replica);
        looked += 1;
        if (found.size >= limit || looked >= HOLDERS_PER_BLOCK) break;
      }
    }
    return found;
  }

  /** Blocks of the prompt, from its beginning, that the replica holds. */
  blocksHeldBy(replica: R): number {
    for (let level = this.levels.length - 1; level >= 0; level -= 1) {
      const holders = this.levels[level];
      if (holders === undefined) continue;
      const held = holders instanceof Map ? holders.has(replica) : holders.replica === replica;
      if (held) return level + 1;
    }
    return 0;
  }
}

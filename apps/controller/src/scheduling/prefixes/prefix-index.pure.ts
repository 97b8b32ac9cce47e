/**
 * Which replica holds which prefix: for each block's hash, the replicas that have it, and how many
 * of their sequences do. A hash stands for all blocks before it, so a flat map does what a radix
 * tree does: the deepest hash that a replica has tells how far it shares the prompt. Looking up
 * costs the prompt's blocks, however many replicas there are. Pure.
 */

/** Most blocks are held by one replica; a map for each of a million would not be small. */
interface Holders<R extends object> {
  /** The bits of the hash that its key has not. */
  readonly tag: number;
  /** Alone, while `shared` is null. */
  replica: R;
  sequences: number;
  /** Sequences of each replica, once there are several. */
  shared: Map<R, number> | null;
}

/** Holders of one block that are looked at; whoever is worth more is found otherwise. */
const HOLDERS_PER_BLOCK = 16;
const KEY_VALUES = 2 ** 32;

export class PrefixIndex<R extends object> {
  /**
   * By the low 32 bits of the hash: V8 finds such a key three times as fast as a larger number, and
   * looking up is most of what a decision costs. Of two hashes with the same key the first is kept;
   * the other is not known, which costs a guess about a cache.
   */
  private readonly blocks = new Map<number, Holders<R>>();

  /** Different blocks that are held anywhere. */
  get size(): number {
    return this.blocks.size;
  }

  /** A sequence of the replica holds these. */
  add(replica: R, hashes: readonly number[]): void {
    for (const hash of hashes) {
      const tag = tagOf(hash);
      const holders = this.blocks.get(keyOf(hash));
      if (holders === undefined) {
        this.blocks.set(keyOf(hash), { tag, replica, sequences: 1, shared: null });
      } else if (holders.tag === tag) {
        addTo(holders, replica);
      }
    }
  }

  /** Takes back one `add` of the same hashes. */
  remove(replica: R, hashes: readonly number[]): void {
    for (const hash of hashes) {
      const holders = this.find(hash);
      if (holders !== undefined && takeFrom(holders, replica)) this.blocks.delete(keyOf(hash));
    }
  }

  /** Blocks of the prompt, from its beginning, that somebody holds. */
  longestHeld(hashes: readonly number[]): number {
    for (let held = hashes.length; held > 0; held -= 1) {
      const hash = hashes[held - 1];
      if (hash !== undefined && this.find(hash) !== undefined) return held;
    }
    return 0;
  }

  /** What is held of a prompt with these blocks. */
  match(hashes: readonly number[]): PrefixMatch<R> {
    return new PrefixMatch(hashes.map((hash) => this.find(hash)));
  }

  private find(hash: number): Holders<R> | undefined {
    const holders = this.blocks.get(keyOf(hash));
    return holders?.tag === tagOf(hash) ? holders : undefined;
  }
}

function keyOf(hash: number): number {
  return hash | 0;
}

function tagOf(hash: number): number {
  return (hash / KEY_VALUES) | 0;
}

function addTo<R extends object>(holders: Holders<R>, replica: R): void {
  if (holders.shared === null && holders.replica === replica) {
    holders.sequences += 1;
    return;
  }
  holders.shared ??= new Map([[holders.replica, holders.sequences]]);
  holders.shared.set(replica, (holders.shared.get(replica) ?? 0) + 1);
}

/** True when nobody is left. */
function takeFrom<R extends object>(holders: Holders<R>, replica: R): boolean {
  const { shared } = holders;
  if (shared === null) {
    if (holders.replica !== replica) return false;
    holders.sequences -= 1;
    return holders.sequences === 0;
  }
  const sequences = (shared.get(replica) ?? 0) - 1;
  if (sequences > 0) shared.set(replica, sequences);
  else shared.delete(replica);
  return shared.size === 0;
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
      if (holders.shared === null) {
        if (counts(holders.replica)) found.add(holders.replica);
        continue;
      }
      let looked = 0;
      for (const replica of holders.shared.keys()) {
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
      const { shared } = holders;
      if (shared === null ? holders.replica === replica : shared.has(replica)) return level + 1;
    }
    return 0;
  }
}

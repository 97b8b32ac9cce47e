/**
 * The prefixes that one replica holds: what its engine reported, and what this controller sent
 * there. A prompt that was sent counts at once; when its attempt is over, it counts until the
 * engine has reported twice, since the first of these reports may have been on its way. From then
 * on the report alone is the truth, evictions included.
 *
 * Workers of earlier versions report nothing: there the last prompts count, as many as there are
 * slots, which is what the engine's sequences can hold. Pure.
 */
import type { PrefixIndex } from './prefix-index.pure.js';

/** Reports of the engine after which the end of an attempt is known to be in them. */
const REPORTS_UNTIL_TRUTH = 2;

type Hashes = readonly number[];

export class ReplicaPrefixes<R extends object> {
  private reported: readonly Hashes[] = [];
  /** What was added for each prompt that is on its way. */
  private readonly sent = new Map<Hashes, Hashes>();
  private over: { hashes: Hashes; reports: number }[] = [];

  constructor(
    private readonly index: PrefixIndex<R>,
    private readonly replica: R,
  ) {}

  /**
   * An attempt with this prompt is on its way; the same array tells when it is over. Blocks that are
   * held already need not be said again, but for the last, which tells of all before it.
   */
  send(hashes: Hashes, heldBlocks: number): void {
    if (hashes.length === 0) return;
    const added = hashes.slice(Math.min(heldBlocks, hashes.length - 1));
    this.sent.set(hashes, added);
    this.index.add(this.replica, added);
  }

  /** The attempt is over; what it left in the cache stays until something else is known. */
  end(hashes: Hashes): void {
    const added = this.sent.get(hashes);
    if (added === undefined) return;
    this.sent.delete(hashes);
    this.over.push({ hashes: added, reports: 0 });
  }

  /**
   * @param held each sequence's hashes; null: the worker does not say
   * @param slots sequences of the engine
   * @param worked the engine has worked since the last report; else it is the same one, said again
   */
  report(held: readonly Hashes[] | null, slots: number, worked: boolean): void {
    if (held === null) {
      this.forget(this.over.splice(0, Math.max(0, this.over.length - slots)));
      return;
    }
    if (!same(held, this.reported)) {
      for (const hashes of held) this.index.add(this.replica, hashes);
      for (const hashes of this.reported) this.index.remove(this.replica, hashes);
      this.reported = held;
    }
    if (!worked) return;
    for (const one of this.over) one.reports += 1;
    this.forget(this.over.filter(({ reports }) => reports >= REPORTS_UNTIL_TRUTH));
    this.over = this.over.filter(({ reports }) => reports < REPORTS_UNTIL_TRUTH);
  }

  /** The replica, or its engine's memory, is gone. */
  clear(): void {
    for (const hashes of [...this.reported, ...this.sent.values()])
      this.index.remove(this.replica, hashes);
    this.forget(this.over);
    this.reported = [];
    this.sent.clear();
    this.over = [];
  }

  private forget(gone: readonly { hashes: Hashes }[]): void {
    for (const { hashes } of gone) this.index.remove(this.replica, hashes);
  }
}

function same(one: readonly Hashes[], other: readonly Hashes[]): boolean {
  return (
    one.length === other.length &&
    one.every((hashes, at) => {
      const others = other[at];
      return (
        others !== undefined &&
        hashes.length === others.length &&
        hashes.at(-1) === others.at(-1) &&
        hashes[0] === others[0]
      );
    })
  );
}

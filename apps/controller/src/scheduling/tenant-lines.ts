/**
 * One tenant's waiting requests: a line per priority class, each in the order in which they came.
 *
 * A request that has waited {@link AGEING_MS} counts as one class higher, and after twice that as
 * two. The first of a line is the most aged of it, so only the firsts need to be looked at. Pure.
 */
import { PRIORITIES, type Priority } from '@corral/contracts/http';

/** So long a wait in milliseconds lifts a request by one class; well below the queue's longest. */
export const AGEING_MS = 10_000;

export interface InLine {
  priority: Priority;
  submittedAtMs: number;
}

export interface Head<E> {
  entry: E;
  /** Index in PRIORITIES after ageing. */
  rank: number;
}

export class TenantLines<E extends InLine> {
  private readonly lines: E[][] = PRIORITIES.map(() => []);
  size = 0;

  push(entry: E): void {
    this.lineOf(entry)?.push(entry);
    this.size += 1;
  }

  /** False: it is not here. */
  remove(entry: E): boolean {
    const line = this.lineOf(entry);
    const at = line?.indexOf(entry) ?? -1;
    if (at < 0) return false;
    line?.splice(at, 1);
    this.size -= 1;
    return true;
  }

  /** Of the highest class after ageing, and there who came first; null when nothing waits. */
  head(nowMs: number): Head<E> | null {
    let best: Head<E> | null = null;
    for (const [index, [entry]] of this.lines.entries()) {
      if (entry === undefined) continue;
      const rank = rankAfter(index, nowMs - entry.submittedAtMs);
      const sooner =
        best === null ||
        rank < best.rank ||
        (rank === best.rank && entry.submittedAtMs < best.entry.submittedAtMs);
      if (sooner) best = { entry, rank };
    }
    return best;
  }

  /** Of the lowest class, who came last; null when nothing waits. */
  last(): E | null {
    return this.lines.findLast(({ length }) => length > 0)?.at(-1) ?? null;
  }

  /** In the entry's class, the next `count` after it. */
  behind(entry: E, count: number): E[] {
    const line = this.lineOf(entry) ?? [];
    const at = line.indexOf(entry);
    return line.slice(at + 1, at + 1 + count);
  }

  /** Those of this tenant that are served before the entry, ageing aside. */
  ahead(entry: E): number {
    const rank = PRIORITIES.indexOf(entry.priority);
    const higher = this.lines.slice(0, rank).reduce((sum, line) => sum + line.length, 0);
    return higher + Math.max(0, this.lineOf(entry)?.indexOf(entry) ?? 0);
  }

  /** Those of a higher class than this, and of the class itself at most `turns`. */
  before(priority: Priority, turns: number): number {
    const rank = PRIORITIES.indexOf(priority);
    const higher = this.lines.slice(0, rank).reduce((sum, line) => sum + line.length, 0);
    return higher + Math.min(turns, this.lines[rank]?.length ?? 0);
  }

  *[Symbol.iterator](): Iterator<E> {
    for (const line of this.lines) yield* line;
  }

  private lineOf({ priority }: E): E[] | undefined {
    return this.lines[PRIORITIES.indexOf(priority)];
  }
}

function rankAfter(rank: number, waitedMs: number): number {
  return Math.max(0, rank - Math.floor(waitedMs / AGEING_MS));
}

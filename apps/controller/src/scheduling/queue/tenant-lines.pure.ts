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
  head(nowMs: number): E | null {
    let best: E | null = null;
    let bestRank = Infinity;
    for (const line of this.lines) {
      const entry = line[0];
      if (entry === undefined) continue;
      const rank = rankOf(entry, nowMs);
      const isSooner = best !== null && entry.submittedAtMs < best.submittedAtMs;
      if (rank < bestRank || (rank === bestRank && isSooner)) [best, bestRank] = [entry, rank];
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
    return this.higher(entry.priority) + Math.max(0, this.lineOf(entry)?.indexOf(entry) ?? 0);
  }

  /** Those of a higher class than the entry's, and of its class at most `turns`. */
  before(entry: E, turns: number): number {
    return this.higher(entry.priority) + Math.min(turns, this.lineOf(entry)?.length ?? 0);
  }

  *[Symbol.iterator](): Iterator<E> {
    for (const line of this.lines) yield* line;
  }

  /** How many wait in classes above this one. */
  private higher(priority: Priority): number {
    let count = 0;
    for (let rank = PRIORITIES.indexOf(priority) - 1; rank >= 0; rank -= 1) {
      count += this.lines[rank]?.length ?? 0;
    }
    return count;
  }

  private lineOf({ priority }: E): E[] | undefined {
    return this.lines[PRIORITIES.indexOf(priority)];
  }
}

/** Index in PRIORITIES of the entry's class after ageing. */
export function rankOf({ priority, submittedAtMs }: InLine, nowMs: number): number {
  const classes = Math.floor((nowMs - submittedAtMs) / AGEING_MS);
  return Math.max(0, PRIORITIES.indexOf(priority) - classes);
}

/**
 * What waits for a slot of one deployment, and who is next:
 *
 * 1. what came back from a replica without a token; it has had its turn already;
 * 2. the highest priority class, where whoever has waited for `AGEING_MS` counts as one class
 *    higher, and after twice that as two: batch work is slow, and never forgotten;
 * 3. in a class, the tenant that has had least ({@link FairShare}); on a tie, the one that waits
 *    longer;
 * 4. of one tenant, first come, first served; whoever asks may prefer another of its first few.
 *
 * A choice looks at each waiting tenant once and never at each request. Pure: time is told.
 */
import { PRIORITIES } from '@corral/contracts/http';
import { FairShare, type ServiceCharge } from './fair-share.pure.js';
import { rankOf, TenantLines, type InLine } from './tenant-lines.pure.js';

export interface Waiting extends InLine {
  /** Team id: who shares. */
  tenant: string;
  /** The tenant's share beside that of others, above 0; absent: 1. */
  weight?: number;
  /** Expected, until the engine has counted. */
  promptTokens: number;
  /** Null until it has been taken for the first time. */
  charge: ServiceCharge | null;
}

/** Who is next. */
export interface Turn<E> {
  entry: E;
  /** Of its class after ageing; null: it came back, and has been charged. */
  rank: number | null;
}

export class FairQueue<E extends Waiting> {
  private readonly returned: E[] = [];
  /** Only tenants that wait, in the order in which they began to. */
  private readonly tenants = new Map<string, TenantLines<E>>();
  private readonly shares = PRIORITIES.map(() => new FairShare());
  private size = 0;

  get length(): number {
    return this.size;
  }

  /** Behind what its tenant has waiting in its class. */
  push(entry: E): void {
    let lines = this.tenants.get(entry.tenant);
    if (lines === undefined) {
      lines = new TenantLines();
      this.tenants.set(entry.tenant, lines);
    }
    lines.push(entry);
    this.size += 1;
  }

  /** Ahead of all: it was taken, and came back. It is not charged again. */
  putBack(entry: E): void {
    this.returned.unshift(entry);
    this.size += 1;
  }

  /**
   * Whose turn it is; null when nothing waits.
   *
   * @param passReturned what came back is passed over
   */
  next(nowMs: number, passReturned = false): Turn<E> | null {
    const [back] = passReturned ? [] : this.returned;
    return back === undefined ? this.leastServed(nowMs) : { entry: back, rank: null };
  }

  /** Whose turn it is, and those of the same tenant and class behind; at most `count`. */
  line({ entry, rank }: Turn<E>, count: number): [E, ...E[]] {
    if (rank === null) return [entry];
    const behind = this.tenants.get(entry.tenant)?.behind(entry, count - 1) ?? [];
    return [entry, ...behind];
  }

  /** Takes the turn: the entry waits no longer, and its prompt is charged to its tenant. */
  take({ entry, rank }: Turn<E>): void {
    const { tenant, weight = 1, promptTokens } = entry;
    if (rank !== null) entry.charge = this.share(rank).serve(tenant, weight, promptTokens);
    this.remove(entry);
  }

  /**
   * How many will be served before it if nothing else comes, about: of its own tenant those that
   * are before it, and of each other one as many, since they take turns.
   */
  ahead(entry: E): number {
    const back = this.returned.indexOf(entry);
    if (back >= 0) return back;
    const own = this.tenants.get(entry.tenant)?.ahead(entry) ?? 0;
    let ahead = this.returned.length + own;
    for (const [tenant, lines] of this.tenants) {
      if (tenant !== entry.tenant) ahead += lines.before(entry, own + 1);
    }
    return ahead;
  }

  /** No effect on what does not wait. */
  remove(entry: E): void {
    const at = this.returned.indexOf(entry);
    if (at >= 0) this.returned.splice(at, 1);
    else if (!this.removeFromLine(entry)) return;
    this.size -= 1;
  }

  /**
   * Whom a queue that is too long gives up first: of the tenant that has most waiting, what came
   * last in its lowest class. A tenant that floods the queue so refuses itself, and nobody else.
   * Null when nothing waits but what came back.
   */
  mostDispensable(): E | null {
    let most: TenantLines<E> | null = null;
    for (const lines of this.tenants.values()) {
      if (most === null || lines.size >= most.size) most = lines;
    }
    return most?.last() ?? null;
  }

  /** All that waits, in no order that matters. */
  *[Symbol.iterator](): Iterator<E> {
    yield* this.returned;
    for (const lines of this.tenants.values()) yield* lines;
  }

  /** Looks at each tenant that waits, so it makes no objects on the way. */
  private leastServed(nowMs: number): Turn<E> | null {
    let best: E | null = null;
    let bestRank = Infinity;
    let leastCharged = Infinity;
    for (const lines of this.tenants.values()) {
      const entry = lines.head(nowMs);
      if (entry === null) continue;
      const rank = rankOf(entry, nowMs);
      if (rank > bestRank) continue;
      const charged = this.share(rank).chargedTo(entry.tenant);
      if (rank === bestRank && charged >= leastCharged) continue;
      best = entry;
      bestRank = rank;
      leastCharged = charged;
    }
    return best === null ? null : { entry: best, rank: bestRank };
  }

  private removeFromLine(entry: E): boolean {
    const lines = this.tenants.get(entry.tenant);
    if (lines?.remove(entry) !== true) return false;
    if (lines.size === 0) this.tenants.delete(entry.tenant);
    return true;
  }

  private share(rank: number): FairShare {
    const share = this.shares[rank];
    if (share === undefined) throw new RangeError(`There is no priority class ${rank}.`);
    return share;
  }
}

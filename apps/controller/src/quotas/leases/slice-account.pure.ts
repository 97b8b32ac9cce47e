/**
 * What one controller may give out of one counter, between two talks with the database. Pure.
 *
 * The database has leased `leased` units to this controller; of these `reserved` are set aside for
 * requests under way, and the rest is free to take without asking. What a request really used
 * leaves the account when it is settled, and the ledger takes the same amount off the lease, so the
 * two always agree.
 *
 * Units that were taken while the database was away are `unbacked`: no lease stands behind them,
 * and the ledger must not take them off one.
 */
import type { QuotaCounterRef } from '../quota-counters.pure.js';

export class SliceAccount {
  /** Units held: leased, and unbacked ones. */
  private held = 0;
  private reserved = 0;
  private unbacked = 0;
  /** What nobody holds, as the database last said; null before it was asked. */
  lastFree: number | null = null;
  /** What other controllers hold, as the database last said. */
  lastOthers = 0;
  /** Of the last asking, so that a refill comes before the account is empty. */
  lastWant = 0;

  /** @param usedAtMs when it was last taken from, on the monotonic clock */
  constructor(
    public counter: QuotaCounterRef,
    public usedAtMs: number,
  ) {}

  get available(): number {
    return Math.max(0, this.held - this.reserved);
  }

  get inUse(): number {
    return this.reserved;
  }

  /** Plenty is free, yet little of it is at hand: worth asking for more before it is needed. */
  get runsLow(): boolean {
    return (
      this.lastFree !== null &&
      this.lastFree > 64 * this.lastWant &&
      this.available < 4 * this.lastWant
    );
  }

  grant(amount: number, free: number, others: number): void {
    this.held += amount;
    this.lastFree = free;
    this.lastOthers = others;
  }

  /** Lets `amount` units be used without the database, once it turned out to be away. */
  lendUnbacked(amount: number): void {
    this.held += amount;
    this.unbacked += amount;
  }

  get hasUnbacked(): boolean {
    return this.unbacked > 0;
  }

  /** The database is back: what was lent meanwhile and not taken is no longer there to take. */
  endLending(): void {
    const unused = Math.min(this.unbacked, this.available);
    this.held -= unused;
    this.unbacked -= unused;
  }

  /** Sets units aside. Call it only with `amount` up to `available`. */
  reserve(amount: number): void {
    this.reserved += amount;
  }

  /** A reservation ends and nothing of it was used. */
  release(amount: number): void {
    this.reserved -= amount;
  }

  /**
   * A reservation ends, and `used` of the counter's units were used. Gives what the ledger has to
   * take off the lease: never more than the reservation, since no more was leased for it.
   */
  settle(reservation: number, used: number): number {
    this.reserved -= reservation;
    const spent = Math.min(reservation, used);
    const unbacked = Math.min(this.unbacked, spent);
    this.held -= spent;
    this.unbacked -= unbacked;
    return spent - unbacked;
  }

  /** Takes what is leased and not needed out of the account, to be given back. */
  giveBack(): number {
    const amount = Math.max(0, Math.min(this.available, this.held - this.unbacked));
    this.held -= amount;
    return amount;
  }

  /** All leases have ended (this controller was thought dead): what is reserved has no lease behind it. */
  forfeit(): void {
    this.held = this.reserved;
    this.unbacked = this.reserved;
    this.lastFree = null;
  }
}

/** This controller's slices of all limits that it was asked about lately. */
import { Injectable } from '@nestjs/common';
import { Clock } from '../../infra/clock.js';
import type { QuotaCounterRef } from '../quota-counters.pure.js';
import { SliceAccount } from './slice-account.pure.js';

/** Slices that nobody took from for so long are not needed. */
const IDLE_MS = 10_000;

@Injectable()
export class LeaseAccounts {
  /** How many controllers live, this one included. */
  controllers = 1;
  private readonly accounts = new Map<string, SliceAccount>();

  constructor(private readonly clock: Clock) {}

  /** The slice of that limit. With a limit that was changed, what is held stays held. */
  of(counter: QuotaCounterRef): SliceAccount {
    let account = this.accounts.get(counter.id);
    if (account === undefined) {
      account = new SliceAccount(counter, this.clock.monotonicMs());
      this.accounts.set(counter.id, account);
    }
    return account;
  }

  all(): SliceAccount[] {
    return [...this.accounts.values()];
  }

  named(counterIds: readonly string[]): SliceAccount[] {
    return counterIds.flatMap((id) => this.accounts.get(id) ?? []);
  }

  /** Those that are not needed any more; forgotten where nothing is set aside of them. */
  takeIdle(now: Date): SliceAccount[] {
    const nowMs = this.clock.monotonicMs();
    const idle = this.all().filter(
      ({ usedAtMs, counter: { resetsAt } }) =>
        nowMs - usedAtMs > IDLE_MS || (resetsAt !== null && resetsAt <= now),
    );
    for (const { inUse, counter } of idle) if (inUse === 0) this.accounts.delete(counter.id);
    return idle;
  }

  endLending(): void {
    for (const account of this.accounts.values()) account.endLending();
  }

  forfeit(): void {
    for (const account of this.accounts.values()) account.forfeit();
  }
}

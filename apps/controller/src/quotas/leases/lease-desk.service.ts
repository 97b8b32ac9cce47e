/**
 * Sets a request's needs aside in this controller's slices.
 *
 * A request that finds enough in every slice takes it and goes on, without waiting. One that does
 * not waits for the next talk with the database (lease-talks.service.ts). Near a limit the database
 * gives exactly what is asked for, so the limit is met exactly; far from it, a little ahead.
 *
 * Where the database has nothing left and other controllers hold slices, they are asked over the
 * bus to give back what they do not need, and the database is asked again, twice at most.
 *
 * While the database is away, each controller goes on with what it holds, and then with its share
 * of what it last knew to be free: the whole divided by the number of controllers. A budget that it
 * has never asked about cannot be judged, and waits for the database.
 */
import { Injectable } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import { Clock } from '../../infra/clock.js';
import { ControllerIdentity } from '../../infra/controller-identity.js';
import { LeaseAccounts } from './lease-accounts.js';
import { LeaseTalks } from './lease-talks.service.js';
import type { QuotaCounterRef } from '../quota-counters.pure.js';
import type { SliceAccount } from './slice-account.pure.js';

/** What a request needs of one counter. */
export interface Need {
  account: SliceAccount;
  amount: number;
}

/**
 * - `enough`: every need has been set aside.
 * - `short`: this one cannot be met, and waiting does not help.
 * - `unknown`: the database is away, and nothing is known of this one.
 */
export type Outcome =
  { outcome: 'enough' } | { outcome: 'short' | 'unknown'; account: SliceAccount };

/** For other controllers to give back what they do not need. */
const RECALL_WAITS_MS = [15, 45];
/** What was not to be had is not asked for again so soon, nor recalled. */
const SHORT_MS = 100;

@Injectable()
export class LeaseDesk {
  /** What was not to be had a moment ago: so much or more is not asked for again. */
  private readonly short = new WeakMap<SliceAccount, { amount: number; untilMs: number }>();
  private readonly recalledAtMs = new WeakMap<SliceAccount, number>();

  constructor(
    private readonly accounts: LeaseAccounts,
    private readonly talks: LeaseTalks,
    private readonly identity: ControllerIdentity,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** The slice of that limit, under the limit as it is now. */
  accountOf(counter: QuotaCounterRef): SliceAccount {
    const account = this.accounts.of(counter);
    if (account.counter.limit !== counter.limit) {
      account.counter = counter;
      this.short.delete(account);
      // Under a lower limit there may be no room for what is held ahead.
      void this.talks.giveBack([account]);
    }
    return account;
  }

  /** Sets all of it aside, or nothing: true when every slice had enough. Never waits. */
  tryReserve(needs: readonly Need[]): boolean {
    for (const { account, amount } of needs) if (account.available < amount) return false;
    const nowMs = this.clock.monotonicMs();
    for (const { account, amount } of needs) {
      account.reserve(amount);
      account.usedAtMs = nowMs;
      if (account.runsLow) void this.talks.want(account, account.lastWant);
    }
    return true;
  }

  /** As {@link tryReserve}, after as many talks as it takes. */
  async reserve(needs: readonly Need[]): Promise<Outcome> {
    for (let recalls = 0; ;) {
      if (this.tryReserve(needs)) return { outcome: 'enough' };
      const lacking = needs.filter(lacks);
      const hopeless = lacking.find((need) => this.isShort(need));
      if (hopeless !== undefined) return { outcome: 'short', account: hopeless.account };
      if (this.talks.isAway) return this.reserveUnbacked(needs, lacking);
      await Promise.all(lacking.map(({ account, amount }) => this.talks.want(account, amount)));
      if (this.talks.isAway) continue;
      if (this.tryReserve(needs)) return { outcome: 'enough' };
      const short = lacking.filter(lacks);
      const waitMs = RECALL_WAITS_MS[recalls];
      if (waitMs === undefined || short.some(({ account }) => account.lastOthers === 0)) {
        for (const need of short) this.markShort(need);
        continue;
      }
      recalls += 1;
      this.recall(short.map(({ account }) => account));
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  private isShort({ account, amount }: Need): boolean {
    if (amount > account.counter.limit) return true;
    const short = this.short.get(account);
    return (
      short !== undefined && amount >= short.amount && this.clock.monotonicMs() < short.untilMs
    );
  }

  private markShort(need: Need): void {
    // A larger one that was short a moment ago says nothing about smaller ones.
    if (this.isShort(need)) return;
    const untilMs = this.clock.monotonicMs() + SHORT_MS;
    this.short.set(need.account, { amount: need.amount, untilMs });
  }

  private reserveUnbacked(needs: readonly Need[], lacking: readonly Need[]): Outcome {
    for (const need of lacking) {
      const { account } = need;
      const free = account.lastFree ?? untouched(account.counter);
      if (free === null) return { outcome: 'unknown', account };
      if (!account.hasUnbacked) account.lendUnbacked(Math.floor(free / this.accounts.controllers));
      if (lacks(need)) return { outcome: 'short', account };
    }
    this.tryReserve(needs);
    return { outcome: 'enough' };
  }

  private recall(accounts: readonly SliceAccount[]): void {
    const nowMs = this.clock.monotonicMs();
    const due = accounts.filter(
      (account) => nowMs - (this.recalledAtMs.get(account) ?? -Infinity) > SHORT_MS,
    );
    if (due.length === 0) return;
    for (const account of due) this.recalledAtMs.set(account, nowMs);
    const { controllerId } = this.identity;
    const counterIds = due.map(({ counter }) => counter.id);
    const recall = { what: 'quota_recall' as const, controllerId, counterIds };
    this.bus.publish(CHANGES_SUBJECT, changeSchema, recall);
  }
}

function lacks({ account, amount }: Need): boolean {
  return account.available < amount;
}

/**
 * What a limit leaves that was never asked about: a minute begins afresh, and so does concurrency;
 * a budget may have been used up long ago, so null.
 */
function untouched({ window, limit }: QuotaCounterRef): number | null {
  return window === 'minute' || window === 'now' ? limit : null;
}

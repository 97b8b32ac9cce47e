/**
 * A request that was let in, and what is set aside for it: one request and its place among those
 * under way, an estimate of its tokens and money. As it generates, more is set aside in steps; when
 * it ends, estimates are replaced by what was used.
 *
 * A running stream is cut only by a budget (a day's, week's or month's tokens or money) that is used
 * up. Tokens per minute that a running stream takes beyond its estimate count against the limit
 * afterwards, and never cut it; nor does a database that is away.
 */
import type { Failure, LeaseUse } from '@corral/contracts';
import type { Priority, QuotaMetric } from '@corral/contracts/http';
import type { LeaseDesk, Need } from './lease-desk.service.js';
import { refusalOf, type Refusal } from '../refusal.pure.js';
import type { SliceAccount } from './slice-account.pure.js';

/** Tokens of one answer that are set aside at a time. */
export const STEP_TOKENS = 256;
/** The next step is asked for so many tokens before the last is used up. */
const LOOKAHEAD_TOKENS = 64;

/** What a request is expected to use, or has used. */
export type QuotaUseAmounts = Record<QuotaMetric, number>;

export interface AdmissionParts {
  needs: readonly Need[];
  /** On the database's clock: the windows in which it counts. */
  at: Date;
  priority: Priority;
  /** Tokens that are set aside. */
  tokens: number;
  desk: LeaseDesk;
  /** What a step costs in money. */
  stepMicrodollars: number;
}

export class Admission {
  readonly at: Date;
  readonly priority: Priority;
  /** Told once, when a budget is used up while the request runs. */
  onExhausted: (failure: Failure) => void = () => undefined;
  private readonly reserved: Map<SliceAccount, number>;
  private covered: number;
  private exhausted: Refusal | null = null;
  private asking = false;
  private over = false;

  constructor(private readonly parts: AdmissionParts) {
    this.at = parts.at;
    this.priority = parts.priority;
    this.covered = parts.tokens;
    this.reserved = new Map(parts.needs.map(({ account, amount }) => [account, amount]));
  }

  /** Every counter it is on, with its account; for the rate-limit headers. */
  get accounts(): Iterable<SliceAccount> {
    return this.reserved.keys();
  }

  /** It has come to so many tokens, prompt and answers together. Cheap: called with every piece. */
  reached(tokens: number): void {
    if (tokens + LOOKAHEAD_TOKENS <= this.covered || this.over) return;
    if (this.exhausted !== null) {
      if (tokens > this.covered) this.cut(this.exhausted);
      return;
    }
    if (!this.asking) void this.coverMore(tokens);
  }

  /** Ends it; gives what the ledger takes off this controller's leases. Call it once. */
  settle(used: QuotaUseAmounts): LeaseUse[] {
    this.over = true;
    const leaseUse: LeaseUse[] = [];
    for (const [account, reservation] of this.reserved) {
      const amount = account.settle(reservation, used[account.counter.metric]);
      if (amount > 0) leaseUse.push({ counter: account.counter.id, amount });
    }
    return leaseUse;
  }

  private async coverMore(tokens: number): Promise<void> {
    this.asking = true;
    const steps = Math.ceil((tokens + LOOKAHEAD_TOKENS - this.covered) / STEP_TOKENS);
    const needs = this.stepNeeds(steps);
    const outcome = this.parts.desk.tryReserve(needs)
      ? ({ outcome: 'enough' } as const)
      : await this.parts.desk.reserve(needs);
    this.asking = false;
    if (outcome.outcome === 'short' && isBudget(outcome.account)) {
      this.exhausted = refusalOf(outcome.account.counter, this.at);
      return;
    }
    this.covered += steps * STEP_TOKENS;
    if (outcome.outcome !== 'enough') return;
    for (const { account, amount } of needs) {
      // It ended while more was being set aside for it.
      if (this.over) account.release(amount);
      else this.reserved.set(account, (this.reserved.get(account) ?? 0) + amount);
    }
  }

  private stepNeeds(steps: number): Need[] {
    return [...this.reserved.keys()].flatMap((account) => {
      const { metric } = account.counter;
      if (!isBudget(account)) return [];
      const step = metric === 'tokens' ? STEP_TOKENS : this.parts.stepMicrodollars;
      return step === 0 ? [] : [{ account, amount: steps * step }];
    });
  }

  private cut({ failure }: Refusal): void {
    if (this.over) return;
    this.over = true;
    this.onExhausted(failure);
  }
}

function isBudget({ counter: { window } }: SliceAccount): boolean {
  return window !== 'minute' && window !== 'now';
}

/**
 * Talks with the database about leases: what all waiting requests lack is asked for in one round
 * trip, one talk at a time, so that a crowd costs as much as one. Knows whether the database is
 * there.
 */
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../infra/clock.js';
import { ControllerIdentity } from '../../infra/controller-identity.js';
import { DatabaseClock } from './database-clock.js';
import {
  LeasesEnded,
  LeasesRepository,
  type LeaseGrant,
  type LeaseWant,
} from './leases.repository.js';
import type { QuotaCounterRef } from '../quota-counters.pure.js';
import type { SliceAccount } from './slice-account.pure.js';

/** A database that takes longer is as good as away. */
const TALK_TIMEOUT_MS = 1_000;
/** After a failed talk, requests do not wait for the next one. */
const AWAY_MS = 500;
/** Counters are kept beyond their window: the last requests in it settle late. */
const KEEP_MINUTE_MS = 900_000;
const KEEP_MS = 86_400_000;

@Injectable()
export class LeaseTalks {
  /** Told when a talk shows that this controller's leases have ended. */
  onLeasesEnded: () => Promise<void> = () => Promise.resolve();
  /** Told when the database is there again. */
  onBack: () => void = () => undefined;
  private readonly logger = new Logger(LeaseTalks.name);
  /** Wants of waiting requests, gathered for the next talk. */
  private wants = new Map<SliceAccount, number>();
  /** The talk that `wants` will be part of; null while nothing is wanted. */
  private nextTalk: Promise<void> | null = null;
  private lastTalk: Promise<void> = Promise.resolve();
  private awayUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly leases: LeasesRepository,
    private readonly identity: ControllerIdentity,
    private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
  ) {}

  /** The last talk failed, and a moment ago. */
  get isAway(): boolean {
    return this.clock.monotonicMs() < this.awayUntilMs;
  }

  /** Resolves when it has been talked about, well or not. */
  want(account: SliceAccount, amount: number): Promise<void> {
    this.wants.set(account, (this.wants.get(account) ?? 0) + amount);
    if (this.nextTalk === null) {
      this.nextTalk = this.talkAfter(this.lastTalk);
      this.lastTalk = this.nextTalk;
    }
    return this.nextTalk;
  }

  /** Resolves when no talk is going on. */
  async over(): Promise<void> {
    await this.lastTalk;
  }

  /** What is leased and not needed. Where it fails it stays leased, and ends with the presence. */
  async giveBack(accounts: readonly SliceAccount[]): Promise<void> {
    const amounts = accounts.flatMap((account) => {
      const amount = account.giveBack();
      return amount === 0 ? [] : [{ counter: account.counter.id, amount }];
    });
    if (amounts.length === 0) return;
    try {
      await this.leases.giveBack(this.identity.controllerId, amounts);
    } catch (error) {
      this.logger.warn(`leases were not given back: ${String(error)}`);
    }
  }

  isGone(error: unknown): void {
    if (this.awayUntilMs === Number.NEGATIVE_INFINITY) {
      this.logger.warn(`limits are kept without the database for now: ${String(error)}`);
    }
    this.awayUntilMs = this.clock.monotonicMs() + AWAY_MS;
  }

  isBack(): void {
    if (this.awayUntilMs === Number.NEGATIVE_INFINITY) return;
    this.awayUntilMs = Number.NEGATIVE_INFINITY;
    this.onBack();
  }

  /** Everything that is wanted until then, and by the requests read in the same turn, is one talk. */
  private async talkAfter(previous: Promise<void>): Promise<void> {
    await previous;
    await new Promise((resolve) => setImmediate(resolve));
    const { wants } = this;
    this.wants = new Map();
    this.nextTalk = null;
    await this.ask(wants);
  }

  private async ask(wants: ReadonlyMap<SliceAccount, number>): Promise<void> {
    const until = new Date(this.databaseClock.now().getTime() + TALK_TIMEOUT_MS);
    const request = [...wants].map(([{ counter }, want]) => wantOf(counter, want, until));
    const taken = this.leases.take(this.identity.controllerId, request);
    try {
      take(wants, await this.inTime(taken));
      this.isBack();
    } catch (error) {
      // What was leased in time and told too late must not be lost.
      taken.then(
        (grants) => take(wants, grants),
        () => undefined,
      );
      if (error instanceof LeasesEnded) await this.onLeasesEnded();
      else this.isGone(error);
    }
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), TALK_TIMEOUT_MS);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function take(wants: ReadonlyMap<SliceAccount, number>, grants: readonly LeaseGrant[]): void {
  const granted = new Map(grants.map((grant) => [grant.counter, grant]));
  for (const [account, want] of wants) {
    const grant = granted.get(account.counter.id);
    if (grant !== undefined) account.grant(grant.granted, grant.free, grant.others);
    account.lastWant = want;
  }
}

function wantOf(
  { id, limit, window, resetsAt }: QuotaCounterRef,
  want: number,
  until: Date,
): LeaseWant {
  const keepMs = window === 'minute' ? KEEP_MINUTE_MS : KEEP_MS;
  const expiresAt = resetsAt === null ? null : new Date(resetsAt.getTime() + keepMs);
  return { counter: id, want, limit, until, expiresAt };
}

/**
 * Slows down guessing: of one account's password from anywhere, of any account's from one address,
 * and of invitations and join tokens. Nobody is locked out for good: pauses are short at first and
 * bounded, a refused try does not make them longer, and whoever has an open session from the same
 * address is counted apart, so that a stranger who fails on purpose does not stand in the way.
 */
import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { FailureException } from '../../common/failure-exception.pure.js';
import { ThrottleRepository } from './throttle.repository.js';
import type { ThrottleRule } from './throttle-plan.pure.js';

const ACCOUNT_RULE: ThrottleRule = { freeTries: 10, maxPauseMs: 900_000 };
/** An office, or everybody behind one proxy, may share an address: many tries, and short pauses. */
const ADDRESS_RULE: ThrottleRule = { freeTries: 50, maxPauseMs: 60_000 };
const CLEAN_UP_INTERVAL_MS = 3_600_000;

/** A try under way, to be ended by one of these. Never ended, it counts as a failure. */
export interface AdmittedTry {
  /** The account's failures are forgotten. */
  succeeded(): Promise<void>;
  /** Nothing was learnt of the password: the try counts for nothing. */
  didNotCount(): Promise<void>;
}

@Injectable()
export class LoginThrottle implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LoginThrottle.name);
  private cleaner: NodeJS.Timeout | null = null;

  constructor(private readonly tries: ThrottleRepository) {}

  onModuleInit(): void {
    this.cleaner = setInterval(() => void this.cleanUp(), CLEAN_UP_INTERVAL_MS);
  }

  onModuleDestroy(): void {
    if (this.cleaner !== null) clearInterval(this.cleaner);
  }

  /** Before a password is looked at. Throws `rate_limit_exceeded` with the time to wait. */
  async signInFrom(email: string, address: string): Promise<AdmittedTry> {
    const addressKey = `address:${address}`;
    await this.admit(addressKey, ADDRESS_RULE);
    const accountKey = await this.accountKey(email.toLowerCase(), address);
    await this.admit(accountKey, ACCOUNT_RULE);
    return {
      succeeded: async () => {
        await this.tries.forget(accountKey);
        await this.tries.giveBack(addressKey);
      },
      didNotCount: async () => {
        await this.tries.giveBack(accountKey);
        await this.tries.giveBack(addressKey);
      },
    };
  }

  /** Before an invitation is looked for. Throws as {@link signInFrom}. */
  async invitationFrom(address: string): Promise<Pick<AdmittedTry, 'succeeded'>> {
    const key = `invitation:${address}`;
    await this.admit(key, ADDRESS_RULE);
    return { succeeded: () => this.tries.giveBack(key) };
  }

  /** Before a join token is looked for. Throws as {@link signInFrom}. */
  async joinFrom(address: string): Promise<Pick<AdmittedTry, 'succeeded'>> {
    const key = `join:${address}`;
    await this.admit(key, ADDRESS_RULE);
    return { succeeded: () => this.tries.giveBack(key) };
  }

  private async admit(key: string, rule: ThrottleRule): Promise<void> {
    const waitMs = await this.tries.admit(key, rule);
    if (waitMs === null) return;
    throw new FailureException(
      {
        code: 'rate_limit_exceeded',
        message: `Too many tries. Try again in ${Math.ceil(waitMs / 1000)} s.`,
      },
      waitMs,
    );
  }

  /** Hashed: people type passwords into this field, and a table is no place for those. */
  private async accountKey(email: string, address: string): Promise<string> {
    const account = `account:${createHash('sha256').update(email).digest('hex')}`;
    return (await this.tries.isKnownAt(email, address)) ? `${account}:${address}` : account;
  }

  private async cleanUp(): Promise<void> {
    try {
      await this.tries.removeExpired();
    } catch (error) {
      this.logger.warn(`old tries were not removed: ${String(error)}`);
    }
  }
}

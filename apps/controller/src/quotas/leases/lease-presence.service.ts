/**
 * Says every few seconds that this controller lives, since its leases end after 20 s of silence, and
 * gives back what it does not need: slices that nobody takes from, and what others ask for.
 */
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import { Clock } from '../../infra/clock.js';
import { ControllerIdentity } from '../../infra/controller-identity.js';
import { DatabaseClock } from './database-clock.js';
import { LeaseAccounts } from './lease-accounts.js';
import { LeaseTalks } from './lease-talks.service.js';
import { LeasesRepository } from './leases.repository.js';

const PRESENCE_INTERVAL_MS = 5_000;

@Injectable()
export class LeasePresence implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(LeasePresence.name);
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly accounts: LeaseAccounts,
    private readonly talks: LeaseTalks,
    private readonly leases: LeasesRepository,
    private readonly identity: ControllerIdentity,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
  ) {}

  async onModuleInit(): Promise<void> {
    const { controllerId } = this.identity;
    this.talks.onLeasesEnded = () => this.startAfresh();
    this.talks.onBack = () => this.accounts.endLending();
    this.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => {
      if (change.what !== 'quota_recall' || change.controllerId === controllerId) return;
      void this.talks.giveBack(this.accounts.named(change.counterIds));
    });
    await this.leases.register(controllerId);
    await this.renew();
    this.timer = setInterval(() => void this.renew(), PRESENCE_INTERVAL_MS);
  }

  /** The last requests have ended by now, and what they had set aside is back. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.talks.over();
    await this.talks.giveBack(this.accounts.all());
  }

  private async renew(): Promise<void> {
    const askedAtMs = this.clock.monotonicMs();
    try {
      const { alive, controllers, now } = await this.leases.renew(this.identity.controllerId);
      this.databaseClock.set(now, askedAtMs);
      this.accounts.controllers = controllers;
      if (!alive) await this.startAfresh();
      this.talks.isBack();
      await this.talks.giveBack(this.accounts.takeIdle(this.databaseClock.now()));
    } catch (error) {
      this.talks.isGone(error);
    }
  }

  private async startAfresh(): Promise<void> {
    this.logger.warn('this controller was cut off for too long, and its leases have ended');
    this.accounts.forfeit();
    try {
      await this.leases.register(this.identity.controllerId);
    } catch (error) {
      this.talks.isGone(error);
    }
  }
}

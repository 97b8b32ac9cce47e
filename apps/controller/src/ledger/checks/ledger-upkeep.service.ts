/** What the leader does for the ledger once a minute: it compares the sums, and deletes old rows. */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LeaderService } from '../../infra/leader.service.js';
import { LedgerCheckService } from './ledger-check.service.js';
import { LedgerRetention } from './ledger-retention.service.js';

const INTERVAL_MS = 60_000;

@Injectable()
export class LedgerUpkeep implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LedgerUpkeep.name);
  private timer: NodeJS.Timeout | null = null;
  private working: Promise<void> | null = null;

  constructor(
    private readonly leader: LeaderService,
    private readonly ledger: LedgerCheckService,
    private readonly retention: LedgerRetention,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void (this.working ??= this.work()), INTERVAL_MS);
  }

  /** Waits for what is under way. */
  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.working;
  }

  private async work(): Promise<void> {
    try {
      if (!this.leader.isLeader()) return;
      const { ok, differences } = await this.ledger.check();
      if (!ok) this.logger.error({ message: 'the ledger’s sums differ', differences });
      await this.retention.trim();
    } catch (error) {
      this.logger.warn(`the ledger was not checked: ${String(error)}`);
    } finally {
      this.working = null;
    }
  }
}

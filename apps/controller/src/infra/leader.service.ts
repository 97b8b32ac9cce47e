/**
 * Which of the controllers does what must happen once: the one whose connection holds a
 * PostgreSQL advisory lock. The lock goes with the connection, so a controller that dies or is cut
 * off gives it up without a word.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import { Config } from '../config/config.js';

/** Any number that nothing else in this database uses. */
const LEADER_LOCK = 7_243_802;
const TRY_INTERVAL_MS = 1_000;

@Injectable()
export class LeaderService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LeaderService.name);
  private client: pg.Client | null = null;
  private leading = false;
  private trying = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly config: Config) {}

  isLeader(): boolean {
    return this.leading;
  }

  async onModuleInit(): Promise<void> {
    this.timer = setInterval(() => void this.tryToLead(), TRY_INTERVAL_MS);
    await this.tryToLead();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.client?.end();
  }

  private async tryToLead(): Promise<void> {
    if (this.leading || this.trying) return;
    this.trying = true;
    try {
      const client = (this.client ??= await this.connect());
      const { rows } = await client.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS locked',
        [LEADER_LOCK],
      );
      this.leading = rows[0]?.locked === true;
      if (this.leading) this.logger.log('this controller leads');
    } catch (error) {
      this.lost(error);
    } finally {
      this.trying = false;
    }
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.config.databaseUrl,
      application_name: 'corral-leader',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on('error', (error) => this.lost(error));
    client.on('end', () => this.lost(null));
    await client.connect();
    return client;
  }

  private lost(error: unknown): void {
    if (this.leading) this.logger.warn(`no longer leading: ${String(error ?? 'connection ended')}`);
    this.leading = false;
    this.client = null;
  }
}

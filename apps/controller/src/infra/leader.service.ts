/**
 * Which of the controllers does what must happen once: the one whose connection holds a
 * PostgreSQL advisory lock. The lock goes with the connection, so a controller that dies or is cut
 * off gives it up without a word.
 */
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import pg from 'pg';
import { Config } from '../config/config.js';
import { LEADER_LOCK } from './advisory-locks.js';

const CHECK_INTERVAL_MS = 1_000;
/** A server that takes longer is as good as away. */
const ANSWER_TIMEOUT_MS = 5_000;

@Injectable()
export class LeaderService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(LeaderService.name);
  private client: pg.Client | null = null;
  private leading = false;
  private leadingSinceMs = 0;
  private checking = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly config: Config) {}

  isLeader(): boolean {
    return this.leading;
  }

  /** How long it has led without a break, in milliseconds; 0 when it does not. */
  ledForMs(): number {
    return this.leading ? performance.now() - this.leadingSinceMs : 0;
  }

  async onModuleInit(): Promise<void> {
    this.timer = setInterval(() => void this.check(), CHECK_INTERVAL_MS);
    await this.check();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.leading = false;
    await this.client?.end();
  }

  /** Takes the lock where it is free; makes sure of the connection where it is held. */
  private async check(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    const client = this.client ?? this.newClient();
    try {
      if (this.client === null) await client.connect();
      this.client = client;
      if (this.leading) await client.query('SELECT 1');
      else await this.tryToLead(client);
    } catch (error) {
      this.lost(client, error);
    } finally {
      this.checking = false;
    }
  }

  private async tryToLead(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS locked',
      [LEADER_LOCK],
    );
    this.leading = rows[0]?.locked === true;
    if (!this.leading) return;
    this.leadingSinceMs = performance.now();
    this.logger.log('this controller leads');
  }

  private newClient(): pg.Client {
    const client = new pg.Client({
      connectionString: this.config.databaseUrl,
      application_name: 'corral-leader',
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      // So that the server too notices soon when a leader is cut off, and frees the lock.
      options: '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2',
    });
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, null));
    return client;
  }

  /** A connection that has been replaced says nothing about the present one. */
  private lost(client: pg.Client, error: unknown): void {
    // Should it be alive after all, it must not keep the lock.
    client.end().catch(() => undefined);
    if (client !== this.client) return;
    if (this.leading)
      this.logger.warn(
        `no longer leading: ${error instanceof Error ? String(error) : 'connection ended'}`,
      );
    this.leading = false;
    this.client = null;
  }
}

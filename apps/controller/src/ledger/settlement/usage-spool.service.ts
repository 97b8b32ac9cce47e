/**
 * Settled requests that NATS could not take, in files of this controller's own folder, synced to
 * disk; sent on when NATS is back, or when the controller is started again. A message may be sent
 * twice that way, which the ledger expects.
 *
 * One controller uses the folder at a time. A file is written under a name of its own (`.part`) and
 * renamed when it is complete, so what is being sent on is never being written.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { USAGE_REQUESTS_SUBJECT, usageMessageSchema, type UsageMessage } from '@corral/contracts';
import { Config } from '../../config/config.js';
import { Metrics } from '../../infra/metrics.js';
import { spooledMessages, spoolLine } from './spool-line.pure.js';

type Settled = Extract<UsageMessage, { kind: 'settled' }>;

/** About 400,000 requests. Beyond it they are dropped, and counted. */
const MAX_BYTES = 268_435_456;
const RETRY_INTERVAL_MS = 1_000;
const COMPLETE = '.jsonl';
const UNFINISHED = '.part';

@Injectable()
export class UsageSpool implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(UsageSpool.name);
  private gathered: string[] = [];
  private writing: Promise<void> = Promise.resolve();
  private nextWrite: Promise<void> | null = null;
  private sending: Promise<void> | null = null;
  private bytes = 0;
  private messages = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly bus: Bus,
    private readonly config: Config,
    private readonly metrics: Metrics,
  ) {}

  /** Takes over what an earlier run of this controller left behind. */
  async onModuleInit(): Promise<void> {
    const { spoolDir } = this.config;
    await mkdir(spoolDir, { recursive: true });
    for (const path of await this.files(UNFINISHED)) {
      await rename(path, path.slice(0, -UNFINISHED.length) + COMPLETE);
    }
    for (const path of await this.files(COMPLETE)) {
      this.bytes += (await stat(path)).size;
      this.messages += spooledMessages(await readFile(path, 'utf8')).length;
    }
    this.timer = setInterval(() => void this.send(), RETRY_INTERVAL_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.writing;
    await this.sending;
  }

  /** Requests that have not been sent on. */
  get waiting(): number {
    return this.messages;
  }

  /** Resolves when it is on the disk. Requests that come together are synced together. */
  add(message: Settled): Promise<void> {
    if (this.bytes > MAX_BYTES) {
      this.metrics.usageRowsDropped.inc();
      return Promise.resolve();
    }
    const line = spoolLine(message);
    this.bytes += Buffer.byteLength(line);
    this.messages += 1;
    this.gathered.push(line);
    this.nextWrite ??= this.writing = this.writeAfter(this.writing);
    return this.nextWrite;
  }

  /** Keeps what the ledger cannot hold, for somebody to look at; it is not sent on. */
  async setAside(message: UsageMessage): Promise<void> {
    this.metrics.usageRowsSetAside.inc();
    const name = `refused-${Date.now()}-${randomUUID()}.json`;
    await writeSynced(join(this.config.spoolDir, name), `${JSON.stringify(message)}\n`);
  }

  private async writeAfter(previous: Promise<void>): Promise<void> {
    await previous;
    const lines = this.gathered;
    this.gathered = [];
    this.nextWrite = null;
    const text = lines.join('');
    // Sorted by name they are in the order in which they were written.
    const name = join(this.config.spoolDir, `${Date.now()}-${randomUUID()}`);
    try {
      await writeSynced(name + UNFINISHED, text);
      await rename(name + UNFINISHED, name + COMPLETE);
    } catch (error) {
      this.metrics.usageRowsDropped.inc(lines.length);
      this.logger.error(`${lines.length} requests were not spooled: ${String(error)}`);
      this.forget(text, lines.length);
      await rm(name + UNFINISHED, { force: true }).catch(() => undefined);
      return;
    }
    await syncFolder(this.config.spoolDir).catch((error: unknown) =>
      this.logger.error(`the spool's folder was not synced: ${String(error)}`),
    );
  }

  private async files(ending: string): Promise<string[]> {
    const names = await readdir(this.config.spoolDir);
    return names
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => join(this.config.spoolDir, name));
  }

  private send(): Promise<void> {
    if (!this.bus.isConnected || this.bytes === 0) return Promise.resolve();
    this.sending ??= this.sendAll()
      .catch((error: unknown) => this.logger.warn(`the spool waits: ${String(error)}`))
      .finally(() => (this.sending = null));
    return this.sending;
  }

  /** Oldest first; throws at the first that is not taken. */
  private async sendAll(): Promise<void> {
    for (const path of await this.files(COMPLETE)) {
      const text = await readFile(path, 'utf8');
      const messages = spooledMessages(text);
      for (const message of messages) {
        await this.bus.publishDurable(USAGE_REQUESTS_SUBJECT, usageMessageSchema, message, {
          id: message.requestId,
        });
      }
      await rm(path, { force: true });
      this.forget(text, messages.length);
    }
  }

  private forget(text: string, messages: number): void {
    this.bytes = Math.max(0, this.bytes - Buffer.byteLength(text));
    this.messages = Math.max(0, this.messages - messages);
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name is on the disk only when its folder is. Windows syncs no folders, and needs not to. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

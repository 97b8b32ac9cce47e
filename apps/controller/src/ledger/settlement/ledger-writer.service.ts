/**
 * Brings what the controllers and workers said into the ledger. Every controller takes part; the
 * work queue gives each message to one of them. While the database is away, messages stay in the
 * queue on the NATS server's disk.
 */
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Bus, type WorkQueue } from '@corral/bus';
import { ALL_USAGE, USAGE_STREAM, usageMessageSchema, type UsageMessage } from '@corral/contracts';
import { Metrics } from '../../infra/metrics.js';
import { LedgerRepository, type LedgerEntries } from '../ledger.repository.js';
import { UsageSpool } from './usage-spool.service.js';
import { mayCome } from './message-source.pure.js';

const QUEUE = {
  stream: USAGE_STREAM,
  subjects: [ALL_USAGE],
  consumer: 'ledger',
  /** Over a million requests. */
  maxBytes: 1_073_741_824,
  /** Longer than any controller tries again; after it the ledger's key does the same. */
  dedupeMs: 120_000,
  accepts: mayCome,
  /** A batch costs about as much as fifty of its requests. */
  gatherMs: 250,
};

@Injectable()
export class LedgerWriter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(LedgerWriter.name);
  private queue: WorkQueue<typeof usageMessageSchema> | null = null;

  constructor(
    private readonly bus: Bus,
    private readonly ledger: LedgerRepository,
    private readonly spool: UsageSpool,
    private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.queue = await this.bus.workQueue(usageMessageSchema, QUEUE);
    await this.queue.consume((batch) => this.write(batch));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.queue?.stop();
  }

  /** Messages that wait for the database; null while NATS is away. */
  async waiting(): Promise<number | null> {
    return (await this.queue?.waiting().catch(() => null)) ?? null;
  }

  /** Books entries that come by no message; rejects when the database does not take them. */
  async book(entries: LedgerEntries): Promise<void> {
    await this.ledger.write(entries);
  }

  private async write(batch: readonly UsageMessage[]): Promise<void> {
    try {
      await this.ledger.write(sorted(batch));
    } catch (error) {
      this.metrics.usageWriteFailures.inc();
      if (isDataFault(error)) return this.writeOneByOne(batch, error);
      this.logger.warn(`${batch.length} messages wait for the ledger: ${String(error)}`);
      throw error;
    }
  }

  /** One of them is such that the database will never take it; it must not hold up the others. */
  private async writeOneByOne(batch: readonly UsageMessage[], fault: unknown): Promise<void> {
    const [only] = batch;
    if (only !== undefined && batch.length === 1) {
      this.logger.error(`a message is set aside, the ledger cannot hold it: ${String(fault)}`);
      return this.spool.setAside(only);
    }
    for (const message of batch) await this.write([message]);
  }
}

/**
 * The data are at fault (SQLSTATE classes 22 and 23), so trying again is of no use; everything else
 * (the database is away, a deadlock) may pass.
 */
function isDataFault(error: unknown): boolean {
  return /Code: `2[23][0-9A-Z]{3}`/.test(String(error));
}

function sorted(batch: readonly UsageMessage[]): LedgerEntries {
  const entries = { opened: [], settled: [], orphaned: [] } as {
    [Kind in keyof LedgerEntries]: LedgerEntries[Kind][number][];
  };
  for (const message of batch) {
    if (message.kind === 'opened') entries.opened.push(message);
    else if (message.kind === 'settled') entries.settled.push(message);
    else entries.orphaned.push(message);
  }
  return entries;
}

/**
 * Writes one row per request, off the request path: rows gather in memory and go out in batches.
 * While the database is away they wait, up to a limit that bounds the memory; the row's key makes
 * writing one twice harmless.
 */
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ControllerIdentity } from '../infra/controller-identity.js';
import { Metrics } from '../infra/metrics.js';
import { PrismaService } from '../infra/prisma.service.js';
import { RequestRates } from './request-rates.js';

const FLUSH_INTERVAL_MS = 200;
/** About 100 MB of rows, or an hour at 30 requests a second. */
const MAX_WAITING_ROWS = 100_000;
const BATCH_ROWS = 1_000;

/** Durations in milliseconds; `ttftMs` null when no token was produced. */
export interface UsageRow {
  requestId: string;
  createdAt: Date;
  keyId: string;
  deployment: string;
  revisionId: string;
  modelDigest: string;
  nodeId: string | null;
  replicaId: string | null;
  status: 'completed' | 'failed' | 'cancelled';
  errorCode: string | null;
  finishReason: string | null;
  attempts: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  wastedTokens: number;
  queueMs: number;
  prefillMs: number;
  decodeMs: number;
  ttftMs: number | null;
  totalMs: number;
}

@Injectable()
export class UsageRecorder implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(UsageRecorder.name);
  private waiting: UsageRow[] = [];
  private writing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly prisma: PrismaService,
    private readonly identity: ControllerIdentity,
    private readonly metrics: Metrics,
    private readonly rates: RequestRates,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
  }

  /** After the last answer was sent: its row is among these. Gives up when the database is away. */
  async onApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.writing;
    let before: number;
    do {
      before = this.waiting.length;
      await this.flush();
    } while (this.waiting.length > 0 && this.waiting.length < before);
  }

  /** Takes the row and returns at once. */
  record(row: UsageRow): void {
    this.count(row);
    if (this.waiting.length >= MAX_WAITING_ROWS) {
      this.waiting.shift();
      this.metrics.usageRowsDropped.inc();
    }
    this.waiting.push(row);
  }

  private async flush(): Promise<void> {
    if (this.writing !== null || this.waiting.length === 0) return;
    this.writing = this.writeBatch();
    await this.writing;
    this.writing = null;
  }

  /**
   * One statement with one parameter, however many rows: a multi-row insert with a placeholder for
   * each value took a fifth of the controller's time at a thousand requests a second.
   */
  private async writeBatch(): Promise<void> {
    const batch = this.waiting.splice(0, BATCH_ROWS);
    const rows = JSON.stringify(batch.map((row) => columnsOf(row, this.identity.controllerId)));
    try {
      await this.prisma.client.$executeRaw`
        INSERT INTO request_usage
        SELECT * FROM jsonb_populate_recordset(NULL::request_usage, ${rows}::jsonb)
        ON CONFLICT (request_id) DO NOTHING`;
    } catch (error) {
      this.waiting = [...batch, ...this.waiting];
      this.metrics.usageWriteFailures.inc();
      this.logger.warn(`${this.waiting.length} usage rows wait for the database: ${String(error)}`);
    }
  }

  private count(row: UsageRow): void {
    const model = { model_name: row.deployment };
    this.rates.ended(row);
    this.metrics.requests.inc({ ...model, status: row.status });
    this.metrics.promptTokens.inc(model, row.promptTokens);
    this.metrics.cachedTokens.inc(model, row.cachedTokens);
    this.metrics.generationTokens.inc(model, row.completionTokens);
    this.metrics.requestLatency.observe(model, row.totalMs / 1000);
    if (row.ttftMs !== null) this.metrics.timeToFirstToken.observe(model, row.ttftMs / 1000);
  }
}

/** The row under its columns' names; durations in whole milliseconds. */
function columnsOf(row: UsageRow, controllerId: string): Record<string, unknown> {
  return {
    request_id: row.requestId,
    created_at: row.createdAt,
    controller_id: controllerId,
    key_id: row.keyId,
    deployment: row.deployment,
    revision_id: row.revisionId,
    model_digest: row.modelDigest,
    node_id: row.nodeId,
    replica_id: row.replicaId,
    status: row.status,
    error_code: row.errorCode,
    finish_reason: row.finishReason,
    attempts: row.attempts,
    prompt_tokens: row.promptTokens,
    cached_tokens: row.cachedTokens,
    completion_tokens: row.completionTokens,
    wasted_tokens: row.wastedTokens,
    queue_ms: Math.round(row.queueMs),
    prefill_ms: Math.round(row.prefillMs),
    decode_ms: Math.round(row.decodeMs),
    ttft_ms: row.ttftMs === null ? null : Math.round(row.ttftMs),
    total_ms: Math.round(row.totalMs),
  };
}

/**
 * Hands every request over to the ledger, once: `opened` when it is let in, `settled` when it ends
 * and before its answer does. The settled message is on the NATS server's disk, or in the local
 * spool where NATS is away, before the caller hears that the answer is complete; so nobody has a
 * complete answer that is not in the books.
 */
import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Bus } from '@corral/bus';
import {
  USAGE_REQUESTS_SUBJECT,
  usageMessageSchema,
  type OpenedRequest,
  type SettledRequest,
} from '@corral/contracts';
import { Metrics } from '../../infra/metrics.js';
import { RequestRates } from './request-rates.js';
import { UsageSpool } from './usage-spool.service.js';

/** A server that takes longer is as good as away; an answer waits no longer for its last word. */
const PUBLISH_TIMEOUT_MS = 1_000;

@Injectable()
export class SettlementService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(SettlementService.name);
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly bus: Bus,
    private readonly spool: UsageSpool,
    private readonly metrics: Metrics,
    private readonly rates: RequestRates,
  ) {}

  /** The last requests end while the application stops; the bus must not go before they are booked. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /**
   * Says that the request is under way. Not waited for: it goes out before the request's first
   * attempt, on the same connection, so a worker that works on it proves that it arrived.
   */
  opened(request: OpenedRequest): void {
    try {
      const message = { kind: 'opened' as const, ...request };
      this.bus.publish(USAGE_REQUESTS_SUBJECT, usageMessageSchema, message);
    } catch (error) {
      this.logger.warn(`a request was not announced: ${String(error)}`);
    }
  }

  /** Resolves when the request is on a disk. Never rejects. */
  settle(request: SettledRequest): Promise<void> {
    this.count(request);
    const booked = this.book(request).finally(() => this.underWay.delete(booked));
    this.underWay.add(booked);
    return booked;
  }

  private async book(request: SettledRequest): Promise<void> {
    const message = { kind: 'settled' as const, ...request };
    if (this.bus.isConnected) {
      try {
        return await this.bus.publishDurable(USAGE_REQUESTS_SUBJECT, usageMessageSchema, message, {
          id: request.requestId,
          timeoutMs: PUBLISH_TIMEOUT_MS,
        });
      } catch (error) {
        this.logger.warn(`a settled request goes to the spool: ${String(error)}`);
      }
    }
    await this.spool.add(message);
  }

  private count(request: SettledRequest): void {
    const model = { model_name: request.deployment };
    this.rates.ended(request);
    this.metrics.requests.inc({ ...model, status: request.status });
    this.metrics.promptTokens.inc(model, request.promptTokens);
    this.metrics.cachedTokens.inc(model, request.cachedTokens);
    this.metrics.generationTokens.inc(model, request.completionTokens);
    this.metrics.requestLatency.observe(model, request.totalMs / 1000);
    if (request.ttftMs !== null) {
      this.metrics.timeToFirstToken.observe(model, request.ttftMs / 1000);
    }
  }
}

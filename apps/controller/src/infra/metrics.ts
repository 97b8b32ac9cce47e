/**
 * What Prometheus reads. Names follow vLLM where it has one, so that existing dashboards need only
 * a new prefix.
 */
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly requestsRunning = this.gauge('num_requests_running', 'Generations that have a slot.');
  readonly requestsWaiting = this.gauge('num_requests_waiting', 'Generations that wait for one.');
  readonly requests = this.counter('requests_total', 'Requests that ended.', [
    'model_name',
    'status',
  ]);
  readonly promptTokens = this.counter('prompt_tokens_total', 'Prompt tokens.', ['model_name']);
  readonly cachedTokens = this.counter(
    'prefix_cache_hits_total',
    'Prompt tokens found in the KV cache.',
    ['model_name'],
  );
  readonly generationTokens = this.counter('generation_tokens_total', 'Generated tokens.', [
    'model_name',
  ]);
  readonly timeToFirstToken = this.histogram(
    'time_to_first_token_seconds',
    'From the arrival of a request to its first token.',
  );
  readonly requestLatency = this.histogram(
    'e2e_request_latency_seconds',
    'From the arrival of a request to its end.',
  );
  readonly usageWriteFailures = this.counter(
    'usage_write_failures_total',
    'Batches that could not be written into the ledger; they are tried again.',
    [],
  );
  readonly usageRowsDropped = this.counter(
    'usage_rows_dropped_total',
    'Settled requests given up because neither NATS nor the local spool took them.',
    [],
  );
  readonly usageRowsSetAside = this.counter(
    'usage_rows_set_aside_total',
    'Messages that the ledger cannot hold; they are in the spool folder as refused-*.json.',
    [],
  );
  readonly ledgerDifferences = this.gauge(
    'ledger_differences',
    'Sums that do not agree with the ledger, as of the last check; 0 when all is well.',
  );
  readonly placementBraked = this.gauge(
    'placement_braked',
    '1 while so many nodes are silent that nothing is placed or moved; else 0.',
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: 'corral_controller_' });
  }

  private gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `corral_${name}`, help, registers: [this.registry] });
  }

  private counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name: `corral_${name}`, help, labelNames, registers: [this.registry] });
  }

  private histogram(name: string, help: string): Histogram {
    return new Histogram({
      name: `corral_${name}`,
      help,
      labelNames: ['model_name'],
      buckets: SECONDS,
      registers: [this.registry],
    });
  }
}

/**
 * Where to get a file from next, by what its sources did so far: pure. A source is tried again after
 * a back-off; one that gave wrong bytes is not, since they would come again: alone responsible it is
 * out at once, among several at the second time, as one of them may have spoilt it for the others.
 */
import type { FileSource } from '@corral/contracts';
import { backOffMs } from '../supervisor/restart-policy.pure.js';

const STRIKES_OUT = 2;

interface SourceRecord {
  strikes: number;
  failuresInARow: number;
  /** Monotonic. */
  notBeforeMs: number;
  /** What it did wrong at last; null: nothing. */
  fault: string | null;
}

export type SourceChoice =
  | { use: FileSource }
  /** None can be asked now; null: none ever, unless others come. */
  | { use: null; retryAtMs: number | null; reason: string };

export class SourceLedger {
  private readonly records = new Map<string, SourceRecord>();

  /** The first that may be asked at `nowMs`. */
  choose(sources: readonly FileSource[], nowMs: number): SourceChoice {
    const honest = sources.filter(({ url }) => this.of(url).strikes < STRIKES_OUT);
    const use = honest.find(({ url }) => this.of(url).notBeforeMs <= nowMs);
    if (use !== undefined) return { use };
    const reason = this.explain(sources);
    if (sources.length > 0 && honest.length === 0) return { use: null, retryAtMs: null, reason };
    const times = honest.map(({ url }) => this.of(url).notBeforeMs);
    return { use: null, retryAtMs: times.length === 0 ? nowMs : Math.min(...times), reason };
  }

  /** It sent bytes that could be used; `url` is a clean slate but for its strikes. */
  delivered(url: string): void {
    this.records.set(url, { ...this.of(url), failuresInARow: 0 });
  }

  /** It is busy, which is no fault. */
  postponed(url: string, untilMs: number): void {
    const fault = 'it is sending to others';
    this.records.set(url, { ...this.of(url), notBeforeMs: untilMs, fault });
  }

  failed(url: string, fault: string, nowMs: number): void {
    const record = this.of(url);
    const failuresInARow = record.failuresInARow + 1;
    const notBeforeMs = nowMs + backOffMs(failuresInARow, [], nowMs);
    this.records.set(url, { ...record, failuresInARow, notBeforeMs, fault });
  }

  /** The bytes that came from these sources together are not the file. */
  blame(urls: ReadonlySet<string>): void {
    const strikes = urls.size === 1 ? STRIKES_OUT : 1;
    for (const url of urls) {
      const record = this.of(url);
      const fault = 'what it sent is not the file that was asked for (its SHA-256 differs)';
      this.records.set(url, { ...record, strikes: record.strikes + strikes, fault });
    }
  }

  private of(url: string): SourceRecord {
    const unknown = { strikes: 0, failuresInARow: 0, notBeforeMs: 0, fault: null };
    return this.records.get(url) ?? unknown;
  }

  private explain(sources: readonly FileSource[]): string {
    if (sources.length === 0) return 'no node that has it can be reached';
    return sources
      .map(({ url }) => `${new URL(url).host}: ${this.of(url).fault ?? 'not asked yet'}`)
      .join('; ');
  }
}

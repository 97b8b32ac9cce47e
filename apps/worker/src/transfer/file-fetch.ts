/**
 * One model file on its way into the store: which bytes are here, what its sources did, and the try
 * that is running. Who may run at the same time is for `fetches.service.ts` to say. What is here
 * stays over failed tries and restarts; only a file that is not wanted any more, or is not what it
 * should be, is thrown away.
 */
import type { Failure, FileFetch as FetchView, FileSource, NeededFile } from '@corral/contracts';
import type { Clock } from '../infra/clock.js';
import { systemErrorCode } from '../infra/system-error.js';
import { ModelRefusal } from '../models/gguf/model-refusal.js';
import type { ModelRecord } from '../models/model-record.js';
import { download } from './download.js';
import type { Pace } from './pace.pure.js';
import { PartialFile } from './partial-file.js';
import { SourceLedger } from './source-ledger.pure.js';

/** What is wrong on this node itself (a full disk, say) is looked at again after so long. */
const OWN_FAULT_RETRY_MS = 15_000;
/** Stands among the sources for bytes that an earlier run of the worker left. */
const EARLIER_RUN = 'file:earlier-run';

export interface FetchPort {
  /** The store's folder. */
  directory: string;
  clock: Clock;
  pace: Pace;
  /** A source that sends next to nothing for so long is given up. */
  patienceMs: number;
  /** Why so many bytes more have no room here; null when they have. */
  shortageOf: (bytes: number, digest: string) => Promise<Failure | null>;
  /** It is in the store. */
  arrived: (record: ModelRecord) => void;
  /** A try has ended otherwise; `source`: host and port. */
  failed: (digest: string, source: string, reason: string) => void;
}

export interface FetchState extends FetchView {
  /** Nothing will be tried, until other sources are told. */
  gaveUp: boolean;
}

export class FileFetch {
  private partial: PartialFile | null = null;
  private readonly ledger = new SourceLedger();
  /** Whose bytes are in the partial file. */
  private readonly givers = new Set<string>();
  private running: { abort: AbortController; ended: Promise<void> } | null = null;
  private retryAtMs = 0;
  private failure: Failure | null = null;
  private gaveUp = false;
  private isRefused = false;

  constructor(
    private file: NeededFile,
    private readonly port: FetchPort,
  ) {}

  get state(): FetchState {
    const { digest, sizeBytes } = this.file;
    // Whole percents: each change is a heartbeat.
    const progress = Math.floor(((this.partial?.bytes ?? 0) / sizeBytes) * 100) / 100;
    return { digest, progress: Math.min(1, progress), failure: this.failure, gaveUp: this.gaveUp };
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  get missingBytes(): number {
    return Math.max(0, this.file.sizeBytes - (this.partial?.bytes ?? 0));
  }

  /** Takes over where the file is to be had now. */
  learn(file: NeededFile): void {
    this.file = file;
  }

  /** The source to try at this moment; null when there is none, which {@link state} explains. */
  next(): FileSource | null {
    const nowMs = this.port.clock.nowMs();
    if (this.running !== null || this.isRefused || nowMs < this.retryAtMs) return null;
    const choice = this.ledger.choose(this.file.sources, nowMs);
    this.gaveUp = choice.use === null && choice.retryAtMs === null;
    if (choice.use === null) this.explain(`Waits for the model file: ${choice.reason}.`);
    return choice.use;
  }

  /** Begins one try; {@link isRunning} until it has ended. */
  begin(source: FileSource): void {
    const abort = new AbortController();
    const ended = this.tryOnce(source, abort.signal)
      .catch((fault: unknown) => this.blameMyself(fault, abort.signal))
      .finally(() => (this.running = null));
    this.running = { abort, ended };
  }

  /** Ends the try; what is here stays for the next run of the worker. */
  async stop(): Promise<void> {
    this.running?.abort.abort();
    await this.running?.ended;
    await this.partial?.close();
    this.partial = null;
  }

  /** Ends the try, and removes what is here. */
  async drop(): Promise<void> {
    await this.stop();
    await PartialFile.discard(this.port.directory, this.file.digest);
  }

  private async tryOnce(source: FileSource, signal: AbortSignal): Promise<void> {
    const { directory, pace, clock, patienceMs } = this.port;
    const { digest, sizeBytes } = this.file;
    const partial = (this.partial ??= await this.open(directory, digest, signal));
    if (partial.bytes > sizeBytes) await partial.startOver();
    const shortage = await this.port.shortageOf(this.missingBytes, digest);
    if (shortage !== null) return this.rest(shortage);
    this.failure = null;
    if (partial.bytes < sizeBytes) {
      if (partial.bytes === 0) this.givers.clear();
      const before = partial.bytes;
      const order = { source, partial, sizeBytes, pace, clock, signal, patienceMs };
      const result = await download(order);
      if (partial.bytes !== before) this.received(source.url);
      if (result.end === 'busy') {
        this.ledger.postponed(source.url, clock.nowMs() + result.retryInMs);
      }
      if (result.end === 'failed') this.disappointed(source.url, result.reason);
      if (result.end !== 'complete') return;
    }
    await this.prove(partial);
  }

  private async open(directory: string, digest: string, signal: AbortSignal): Promise<PartialFile> {
    const partial = await PartialFile.open(directory, digest, signal);
    if (partial.bytes > 0) this.givers.add(EARLIER_RUN);
    return partial;
  }

  private async prove(partial: PartialFile): Promise<void> {
    const { digest, fileName } = this.file;
    if (partial.digest !== digest) {
      for (const url of this.givers) this.port.failed(digest, hostOf(url), 'the SHA-256 differs');
      this.ledger.blame(this.givers);
      return partial.startOver();
    }
    try {
      const record = await partial.becomeModel(this.port.directory, fileName);
      this.partial = null;
      this.port.arrived(record);
    } catch (fault) {
      if (!(fault instanceof ModelRefusal)) {
        this.partial = null;
        await partial.close().catch(() => undefined);
        throw fault;
      }
      this.isRefused = true;
      this.gaveUp = true;
      this.explain(`${fileName} came from another node, but is not taken: ${fault.message}.`);
      await partial.startOver();
    }
  }

  private received(url: string): void {
    this.givers.add(url);
    this.ledger.delivered(url);
  }

  private disappointed(url: string, reason: string): void {
    this.ledger.failed(url, reason, this.port.clock.nowMs());
    this.port.failed(this.file.digest, hostOf(url), reason);
  }

  /** The disk is full, the folder cannot be written, …: another source would not help. */
  private blameMyself(fault: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const reason = systemErrorCode(fault) ?? String(fault).slice(0, 300);
    const message = `The model file cannot be kept on this node: ${reason}. Tried again in ${OWN_FAULT_RETRY_MS / 1000} s.`;
    this.rest({ code: 'model_unavailable', message });
    this.port.failed(this.file.digest, 'this node', reason);
  }

  private rest(failure: Failure): void {
    this.failure = failure;
    this.retryAtMs = this.port.clock.nowMs() + OWN_FAULT_RETRY_MS;
  }

  private explain(message: string): void {
    this.failure = { code: 'model_unavailable', message: message.slice(0, 2000) };
  }
}

function hostOf(url: string): string {
  return new URL(url).host || 'an earlier run';
}

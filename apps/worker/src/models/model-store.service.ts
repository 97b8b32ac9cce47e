/**
 * The model files of this node, by digest: found again at start, imported, deleted. The heartbeat
 * tells of all of them, of imports on their way, and for a while of imports that failed.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Failure, StoredModel } from '@corral/contracts';
import { Subject } from 'rxjs';
import type { WorkerSettings } from '../config/settings.js';
import { Clock } from '../infra/clock.js';
import { WorkerLog } from '../infra/log.js';
import { SETTINGS } from '../infra/tokens.js';
import { importModelFile } from './import-model-file.js';
import { modelPath, readRecord, recordPath, type ModelRecord } from './model-record.js';

/** How long the heartbeat shows a failed import. */
const FAILURE_SHOWN_MS = 10 * 60_000;

interface Import {
  model: StoredModel;
  failedAtMs: number | null;
}

@Injectable()
export class ModelStoreService implements OnModuleInit, OnModuleDestroy {
  readonly changes = new Subject<void>();

  /** Folder of the files; names in it are made from digests. */
  readonly directory: string;
  private readonly records = new Map<string, ModelRecord>();
  /** The last import that gave each model, so that whoever asked for it finds it. */
  private readonly importIds = new Map<string, string>();
  private readonly imports = new Map<string, Import>();
  private readonly stopping = new AbortController();

  constructor(
    @Inject(SETTINGS) settings: WorkerSettings,
    private readonly clock: Clock,
    private readonly log: WorkerLog,
  ) {
    this.directory = join(settings.workerHome, 'models');
  }

  async onModuleInit(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.directory)) await this.takeStock(name);
    this.log.info('model store is open', { sizeBytes: this.totalBytes() });
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Null when the file is not here. */
  find(digest: string): { path: string; sizeBytes: number } | null {
    const record = this.records.get(digest);
    if (record === undefined) return null;
    return { path: modelPath(this.directory, digest), sizeBytes: record.sizeBytes };
  }

  /** Takes over a file that is complete in {@link directory}, under its digest. */
  add(record: ModelRecord): void {
    this.records.set(record.digest, record);
    this.changes.next();
  }

  list(): StoredModel[] {
    this.forgetOldFailures();
    const stored = [...this.records.values()].map((record): StoredModel => ({
      ...record,
      importId: this.importIds.get(record.digest) ?? null,
      state: 'ready',
      progress: null,
      failure: null,
    }));
    return [...stored, ...[...this.imports.values()].map(({ model }) => model)];
  }

  /** Starts an import; {@link list} shows how it goes. The same id again changes nothing. */
  import(importId: string, source: string): void {
    if (this.imports.get(importId)?.failedAtMs === null) return;
    const model: StoredModel = {
      digest: null,
      importId,
      fileName: basename(source).slice(-300),
      sizeBytes: 0,
      state: 'importing',
      progress: 0,
      failure: null,
      facts: null,
    };
    this.imports.set(importId, { model, failedAtMs: null });
    this.changes.next();
    void this.carryOut(importId, source);
  }

  /** The reason when it is not deleted; null when it is gone, also when it was never here. */
  async delete(digest: string, isUsed: boolean): Promise<Failure | null> {
    if (isUsed) {
      const message = 'The model is assigned to this node; remove its deployment first.';
      return { code: 'conflict', message };
    }
    // From here on nothing new can begin to use it.
    this.records.delete(digest);
    this.importIds.delete(digest);
    await rm(modelPath(this.directory, digest), { force: true });
    await rm(recordPath(this.directory, digest), { force: true });
    this.changes.next();
    return null;
  }

  private async carryOut(importId: string, source: string): Promise<void> {
    const startedAtMs = this.clock.nowMs();
    const outcome = await importModelFile({
      source,
      directory: this.directory,
      signal: this.stopping.signal,
      isStored: (digest) => this.records.has(digest),
      onProgress: (copiedBytes, sizeBytes) => {
        const progress = sizeBytes === 0 ? 0 : Math.min(1, copiedBytes / sizeBytes);
        this.update(importId, { sizeBytes, progress });
      },
    }).catch((fault: unknown) => {
      this.log.error('import failed by a fault of the worker', { importId, fault: String(fault) });
      const message = `The worker failed to import the file: ${String(fault).slice(0, 500)}`;
      return { ok: false as const, failure: { code: 'internal_error' as const, message } };
    });
    const durationMs = this.clock.nowMs() - startedAtMs;
    if (outcome.ok) {
      const { digest, sizeBytes } = outcome.record;
      this.records.set(digest, outcome.record);
      this.importIds.set(digest, importId);
      this.imports.delete(importId);
      this.log.info('model imported', { importId, modelDigest: digest, sizeBytes, durationMs });
    } else {
      this.update(importId, { state: 'failed', progress: null, failure: outcome.failure });
      const failed = this.imports.get(importId);
      if (failed !== undefined) failed.failedAtMs = this.clock.nowMs();
      this.log.warn('model not imported', { importId, reason: outcome.failure.message });
    }
    this.changes.next();
  }

  private update(importId: string, change: Partial<StoredModel>): void {
    const running = this.imports.get(importId);
    if (running !== undefined) running.model = { ...running.model, ...change };
  }

  /** Keeps what is whole, and removes what an interrupted import or deletion left behind. */
  private async takeStock(name: string): Promise<void> {
    const path = join(this.directory, name);
    if (name.endsWith('.part')) return rm(path, { force: true });
    if (!name.endsWith('.json')) return;
    const record = await readRecord(path);
    const digest = name.slice(0, -'.json'.length);
    const size = await stat(modelPath(this.directory, digest)).then(
      (info) => info.size,
      () => null,
    );
    if (record?.digest === digest && record.sizeBytes === size) {
      this.records.set(digest, record);
      return;
    }
    this.log.warn('incomplete model removed', { modelDigest: digest });
    await rm(path, { force: true });
    await rm(modelPath(this.directory, digest), { force: true });
  }

  private forgetOldFailures(): void {
    const nowMs = this.clock.nowMs();
    for (const [importId, { failedAtMs }] of this.imports) {
      if (failedAtMs !== null && nowMs - failedAtMs > FAILURE_SHOWN_MS) {
        this.imports.delete(importId);
      }
    }
  }

  private totalBytes(): number {
    return [...this.records.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
}

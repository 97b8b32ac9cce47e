/**
 * Gets the model files that this node lacks from others: two at a time, as fast as the node may,
 * and never more than its disk holds. Level-triggered: told again and again what is lacking and
 * where it is to be had, it goes on with what it can, and drops what nobody needs any more.
 */
import { readdir } from 'node:fs/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Failure, FileFetch as FetchView, NeededFile } from '@corral/contracts';
import type { WorkerSettings } from '../config/settings.js';
import { Clock } from '../infra/clock.js';
import { WorkerLog } from '../infra/log.js';
import { SETTINGS } from '../infra/tokens.js';
import { freeBytesOf } from '../models/free-space.js';
import type { ModelRecord } from '../models/model-record.js';
import { ModelStoreService } from '../models/model-store.service.js';
import { FileFetch, type FetchPort, type FetchState } from './file-fetch.js';
import { Pace } from './pace.pure.js';
import { digestOfPartial, PartialFile } from './partial-file.js';

/** More would only share the same network and disk. */
const MAX_RUNNING = 2;
const GIB = 2 ** 30;

@Injectable()
export class FetchesService implements OnModuleInit, OnModuleDestroy {
  private readonly fetches = new Map<string, FileFetch>();
  /** What earlier runs left, until it is known whether it is still needed. */
  private readonly leftovers = new Set<string>();
  /** Being removed: nothing may be begun for them yet. */
  private readonly leaving = new Map<string, Promise<void>>();
  private readonly port: FetchPort;
  private ended = false;

  constructor(
    @Inject(SETTINGS) settings: WorkerSettings,
    private readonly models: ModelStoreService,
    clock: Clock,
    private readonly log: WorkerLog,
  ) {
    this.port = {
      directory: models.directory,
      clock,
      pace: new Pace(settings.fetch.bitsPerSecond),
      patienceMs: settings.fetch.patienceMs,
      shortageOf: (bytes, digest) => this.shortageOf(bytes, digest),
      arrived: (record) => this.arrived(record),
      failed: (modelDigest, source, reason) =>
        this.log.warn('a model file did not come', { modelDigest, source, reason }),
    };
  }

  async onModuleInit(): Promise<void> {
    for (const name of await readdir(this.port.directory)) {
      const digest = digestOfPartial(name);
      if (digest !== null) this.leftovers.add(digest);
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.ended = true;
    await Promise.all([...this.fetches.values()].map((fetch) => fetch.stop()));
    await Promise.all(this.leaving.values());
  }

  /**
   * Goes on with what is lacking. `known`: the files of which somebody has said where they are; of
   * one that is lacking and unknown, what is here stays, and what runs goes on.
   */
  want(lacking: ReadonlySet<string>, known: readonly NeededFile[]): void {
    if (this.ended) return;
    for (const [digest, fetch] of this.fetches) {
      if (!lacking.has(digest)) this.remove(digest, () => fetch.drop());
    }
    for (const digest of this.leftovers) {
      if (lacking.has(digest)) continue;
      this.leftovers.delete(digest);
      this.remove(digest, () => PartialFile.discard(this.port.directory, digest));
    }
    for (const file of known) if (lacking.has(file.digest)) this.learn(file);
    for (const [modelDigest, fetch] of this.fetches) {
      if (this.running().length >= MAX_RUNNING) break;
      const source = fetch.next();
      if (source === null) continue;
      this.log.debug('fetching', { modelDigest, source: new URL(source.url).host });
      fetch.begin(source);
    }
  }

  /** How it goes with each file that is lacking and known. */
  states(): FetchState[] {
    return [...this.fetches.values()].map(({ state }) => state);
  }

  /** For the heartbeat. */
  list(): FetchView[] {
    return this.states().map(({ digest, progress, failure }) => ({ digest, progress, failure }));
  }

  private learn(file: NeededFile): void {
    if (this.leaving.has(file.digest)) return;
    const fetch = this.fetches.get(file.digest);
    if (fetch !== undefined) return fetch.learn(file);
    this.fetches.set(file.digest, new FileFetch(file, this.port));
    this.leftovers.delete(file.digest);
  }

  private remove(digest: string, work: () => Promise<void>): void {
    this.fetches.delete(digest);
    const removal = work()
      .catch((fault: unknown) => {
        this.log.warn('a partial file stays', { modelDigest: digest, fault: String(fault) });
      })
      .finally(() => this.leaving.delete(digest));
    this.leaving.set(digest, removal);
  }

  private arrived(record: ModelRecord): void {
    const { digest: modelDigest, sizeBytes } = record;
    this.log.info('model file fetched', { modelDigest, sizeBytes });
    this.models.add(record);
  }

  private running(): FileFetch[] {
    return [...this.fetches.values()].filter(({ isRunning }) => isRunning);
  }

  /** What the others that run will still write is not free either. */
  private async shortageOf(bytes: number, digest: string): Promise<Failure | null> {
    const others = this.running().filter(({ state }) => state.digest !== digest);
    const promised = others.reduce((sum, { missingBytes }) => sum + missingBytes, 0);
    const free = await freeBytesOf(this.port.directory);
    if (free - promised > bytes) return null;
    const gib = (count: number): string => (count / GIB).toFixed(1);
    const message =
      `The model file needs ${gib(bytes)} GiB more; the disk of ${this.port.directory} has ` +
      `${gib(free)} GiB free, ${gib(promised)} of them promised to other files on their way.`;
    return { code: 'model_unavailable', message };
  }
}

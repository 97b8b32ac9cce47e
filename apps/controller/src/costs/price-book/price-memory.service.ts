/**
 * The prices and references in memory, for the way of a request. Read again after every change,
 * here or on another controller, and every few seconds should a change not be heard of.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import type { NodePriceRow } from '../reports/cost-report.pure.js';
import { CostRepository, type CloudModel, type CloudPriceRow } from '../cost.repository.js';
import { listPrices } from './price-book.js';
import { PriceHistory } from './price-history.pure.js';

const REFRESH_INTERVAL_MS = 5_000;

/** Under which a cloud model's prices are found. */
export function cloudModelKey({ provider, model }: CloudModel): string {
  return JSON.stringify([provider, model]);
}

@Injectable()
export class PriceMemory implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(PriceMemory.name);
  private readonly listeners: (() => void)[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isSeeded = false;
  private reads = 0;
  private lastApplied = 0;
  private books = {
    cloud: new PriceHistory<CloudPriceRow>([], cloudModelKey),
    nodes: new PriceHistory<NodePriceRow>([], ({ nodeId }) => nodeId),
    references: new Map<string, CloudModel[]>(),
  };

  constructor(
    private readonly repository: CostRepository,
    private readonly bus: Bus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => {
      if (change.what === 'prices') void this.refresh();
    });
    this.timer = setInterval(() => void this.refresh(), REFRESH_INTERVAL_MS);
    await this.refresh();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Under {@link cloudModelKey}. */
  get cloud(): PriceHistory<CloudPriceRow> {
    return this.books.cloud;
  }

  /** Under the node's id. */
  get nodes(): PriceHistory<NodePriceRow> {
    return this.books.nodes;
  }

  /** Those set by an admin, the one for the books first; empty: none were. */
  referencesOf(deployment: string): readonly CloudModel[] {
    return this.books.references.get(deployment) ?? [];
  }

  /** Calls the listener each time the memory was read again. */
  onRefresh(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Reads again here, and makes the other controllers do so. */
  async changed(): Promise<void> {
    await this.refresh();
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'prices' });
  }

  /** Keeps what is known when the database is away. */
  private async refresh(): Promise<void> {
    const read = ++this.reads;
    try {
      await this.seedOnce();
      const [cloud, nodes, references] = await Promise.all([
        this.repository.cloudPrices(),
        this.repository.nodePrices(),
        this.repository.references(),
      ]);
      // Overtaken by one that began later, and so may know more.
      if (read < this.lastApplied) return;
      this.lastApplied = read;
      this.books = {
        cloud: new PriceHistory(cloud, cloudModelKey),
        nodes: new PriceHistory(nodes, ({ nodeId }) => nodeId),
        references,
      };
    } catch (error) {
      this.logger.warn(`prices could not be read: ${String(error)}`);
      return;
    }
    for (const listener of this.listeners) listener();
  }

  /** A later version of Corral brings newer prices; what is in the book stays as it is. */
  private async seedOnce(): Promise<void> {
    if (this.isSeeded) return;
    const added = await this.repository.seed(listPrices());
    this.isSeeded = true;
    if (added > 0) this.logger.log(`${added} public list prices were added to the price book`);
  }
}

/**
 * Tells {@link NodesService} what the database knows of nodes. Read again after every change, here or
 * on another controller, when a node has joined, and every few seconds should a change not be heard.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT } from '@corral/contracts';
import { NodesRepository } from './nodes.repository.js';
import { NodesService } from './nodes.service.js';

const REFRESH_INTERVAL_MS = 5_000;

@Injectable()
export class NodeSettingsService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(NodeSettingsService.name);
  private timer: NodeJS.Timeout | null = null;
  private reads = 0;
  private lastApplied = 0;

  constructor(
    private readonly repository: NodesRepository,
    private readonly nodes: NodesService,
    private readonly bus: Bus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => {
      if (change.what === 'nodes' || change.what === 'node_revocations') void this.refresh();
      if (change.what === 'nodes_lost') this.nodes.confirmLost(change.nodeIds);
    });
    this.nodes.onJoin(() => void this.refresh());
    this.timer = setInterval(() => void this.refresh(), REFRESH_INTERVAL_MS);
    await this.refresh();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Reads again here, and makes the other controllers do so. */
  async changed(): Promise<void> {
    await this.refresh();
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'nodes' });
  }

  /** Keeps what is known when the database is away. */
  async refresh(): Promise<void> {
    const read = ++this.reads;
    try {
      const stored = await this.repository.all();
      // Overtaken by one that began later, and so may know more.
      if (read < this.lastApplied) return;
      this.lastApplied = read;
      this.nodes.store(stored);
    } catch (error) {
      this.logger.warn(`nodes could not be read: ${String(error)}`);
    }
  }
}

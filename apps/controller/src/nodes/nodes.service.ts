/**
 * What workers report, as this controller last heard it. In memory only: after a restart it is
 * complete again within a second.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import type { Heartbeat, StoredModel } from '@corral/contracts';
import type { NodeView } from '@corral/contracts/http';
import { Clock } from '../infra/clock.js';
import { PrismaService } from '../infra/prisma.service.js';
import { nodeStateOf, type NodeState } from './node-state.js';

/** How often a node's row learns when it was last seen. */
const ROW_INTERVAL_MS = 30_000;
/** How often ages are looked at, so that a silent node is noticed without a heartbeat. */
const AGEING_INTERVAL_MS = 500;

export interface ObservedNode {
  heartbeat: Heartbeat;
  state: NodeState;
  /** Since the last heartbeat arrived. */
  silentMs: number;
}

interface Entry {
  heartbeat: Heartbeat;
  heardAtMs: number;
  state: NodeState;
  rowSavedAtMs: number | null;
}

@Injectable()
export class NodesService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(NodesService.name);
  private readonly entries = new Map<string, Entry>();
  private readonly listeners: (() => void)[] = [];
  private ageing: NodeJS.Timeout | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly prisma: PrismaService,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.ageing = setInterval(() => this.age(), AGEING_INTERVAL_MS);
    // While the bus was away nobody could be heard; that silence is not the nodes'.
    this.bus.onStatus((status) => {
      if (status === 'connected') this.forgive();
    });
  }

  onModuleDestroy(): void {
    if (this.ageing !== null) clearInterval(this.ageing);
  }

  /** Takes a heartbeat; late ones of the same boot are dropped. */
  heard(heartbeat: Heartbeat): void {
    const nowMs = this.clock.monotonicMs();
    const entry = this.entries.get(heartbeat.nodeId);
    const isLate =
      entry !== undefined &&
      entry.heartbeat.bootId === heartbeat.bootId &&
      entry.heartbeat.sequence > heartbeat.sequence;
    if (isLate) return;
    const next: Entry = {
      heartbeat,
      heardAtMs: nowMs,
      state: 'ready',
      rowSavedAtMs: entry?.rowSavedAtMs ?? null,
    };
    this.entries.set(heartbeat.nodeId, next);
    if (entry === undefined)
      this.logger.log(`node ${heartbeat.name} (${heartbeat.nodeId}) is here`);
    if (next.rowSavedAtMs === null || nowMs - next.rowSavedAtMs > ROW_INTERVAL_MS) {
      next.rowSavedAtMs = nowMs;
      void this.saveRow(heartbeat);
    }
    this.tell();
  }

  /** Calls the listener after each heartbeat and each change of a state. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Every node heard of since this controller started. */
  observed(): ObservedNode[] {
    const nowMs = this.clock.monotonicMs();
    return [...this.entries.values()].map(({ heartbeat, heardAtMs }) => {
      const silentMs = nowMs - heardAtMs;
      return {
        heartbeat,
        silentMs,
        state: this.bus.isConnected ? nodeStateOf(silentMs) : 'suspect',
      };
    });
  }

  find(nodeId: string): ObservedNode | null {
    return this.observed().find(({ heartbeat }) => heartbeat.nodeId === nodeId) ?? null;
  }

  /** Every model file in a store that can be reached, with the nodes that have it. */
  models(): { model: StoredModel; nodeIds: string[] }[] {
    const found = new Map<string, { model: StoredModel; nodeIds: string[] }>();
    for (const { heartbeat, state } of this.observed()) {
      if (state === 'lost') continue;
      for (const model of heartbeat.models) {
        const key = model.digest ?? `${heartbeat.nodeId}/${model.importId}`;
        const entry = found.get(key) ?? { model, nodeIds: [] };
        entry.nodeIds.push(heartbeat.nodeId);
        found.set(key, entry);
      }
    }
    return [...found.values()];
  }

  views(): NodeView[] {
    return this.observed().map(({ heartbeat, state, silentMs }) => ({
      id: heartbeat.nodeId,
      name: heartbeat.name,
      state,
      silentMs,
      version: heartbeat.version,
      platform: heartbeat.platform,
      devices: heartbeat.devices,
      replicas: heartbeat.replicas,
      models: heartbeat.models,
    }));
  }

  private age(): void {
    let changed = false;
    const nowMs = this.clock.monotonicMs();
    for (const entry of this.entries.values()) {
      const state = nodeStateOf(nowMs - entry.heardAtMs);
      if (state === entry.state || !this.bus.isConnected) continue;
      this.logger.warn(`node ${entry.heartbeat.name} was ${entry.state} and is ${state}`);
      entry.state = state;
      changed = true;
    }
    if (changed) this.tell();
  }

  private forgive(): void {
    const nowMs = this.clock.monotonicMs();
    for (const entry of this.entries.values()) entry.heardAtMs = nowMs;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private async saveRow({ nodeId, name }: Heartbeat): Promise<void> {
    const lastSeenAt = this.clock.now();
    try {
      await this.prisma.client.node.upsert({
        where: { id: nodeId },
        create: { id: nodeId, name, lastSeenAt },
        update: { name, lastSeenAt },
      });
    } catch (error) {
      const entry = this.entries.get(nodeId);
      if (entry !== undefined) entry.rowSavedAtMs = null;
      this.logger.warn(`the row of node ${name} was not saved: ${String(error)}`);
    }
  }
}

/**
 * What workers report, as this controller last heard it, beside what the database knows of them. In
 * memory only: after a restart it is complete again within a second.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import type { Heartbeat, StoredModel } from '@corral/contracts';
import type { NodeView } from '@corral/contracts/http';
import { Clock } from '../infra/clock.js';
import { PrismaService } from '../infra/prisma.service.js';
import { BRAKE_OFF, confirmLost, nextBrake } from './registry/brake.pure.js';
import { builtInLabels } from './registry/built-in-labels.pure.js';
import { PLAIN_SETTINGS, type StoredNode } from './node-settings.pure.js';
import { nodeStateOf, SUSPECT_AFTER_MS, type NodeState } from './registry/node-state.pure.js';
import { viewOf, viewOfSilent } from './node-view.pure.js';
import type { ObservedNode } from './registry/observed-node.pure.js';

export type { ObservedNode };

/** How often a node's row learns when it was last seen. */
const ROW_INTERVAL_MS = 30_000;
/** How often ages are looked at, so that a silent node is noticed without a heartbeat. */
const AGEING_INTERVAL_MS = 500;

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
  /** Null before it was read: nobody is taken to be new then. */
  private stored: ReadonlyMap<string, StoredNode> | null = null;
  private brake = BRAKE_OFF;
  private readonly listeners: ((nodeId: string) => void)[] = [];
  private readonly joinListeners: (() => void)[] = [];
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
  onHeartbeat(heartbeat: Heartbeat): void {
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
      state: entry?.state ?? 'joining',
      rowSavedAtMs: entry?.rowSavedAtMs ?? null,
    };
    this.entries.set(heartbeat.nodeId, next);
    if (entry === undefined)
      this.logger.log(`node ${heartbeat.name} (${heartbeat.nodeId}) is here`);
    if (next.rowSavedAtMs === null || nowMs - next.rowSavedAtMs > ROW_INTERVAL_MS) {
      next.rowSavedAtMs = nowMs;
      void this.saveRow(heartbeat);
    }
    this.tell(heartbeat.nodeId);
  }

  /** The node's credentials have been taken back, so what it says counts for nothing. */
  isRevoked(nodeId: string): boolean {
    return this.stored?.get(nodeId)?.settings.revokedAt != null;
  }

  /** Calls the listener after each heartbeat and each change of a state, with the node's id. */
  onChange(listener: (nodeId: string) => void): void {
    this.listeners.push(listener);
  }

  /** Calls the listener when a row was written that {@link store} does not know yet. */
  onJoin(listener: () => void): void {
    this.joinListeners.push(listener);
  }

  /**
   * What the database knows of all nodes. One that was in it and is no more was removed: it is
   * forgotten, and joins as a new one should it still report.
   */
  store(stored: ReadonlyMap<string, StoredNode>): void {
    const removed = [...(this.stored?.keys() ?? [])].filter((nodeId) => !stored.has(nodeId));
    for (const nodeId of removed) this.entries.delete(nodeId);
    this.stored = stored;
    for (const nodeId of [...removed, ...this.entries.keys()]) this.tell(nodeId);
  }

  /** Every node heard of since this controller started. */
  observed(): ObservedNode[] {
    const nowMs = this.clock.monotonicMs();
    this.followBrake(nowMs);
    return [...this.entries.values()].map((entry) => this.observe(entry, nowMs));
  }

  /** So many fell silent at once that the fault is presumed ours: nothing is placed or moved. */
  isBraked(): boolean {
    return this.held().length > 0;
  }

  /** Silent nodes that the brake keeps from being lost; none while it is off. */
  held(): { nodeId: string; name: string }[] {
    this.followBrake(this.clock.monotonicMs());
    return [...this.brake.held].map((nodeId) => {
      return { nodeId, name: this.entries.get(nodeId)?.heartbeat.name ?? nodeId };
    });
  }

  /** These are silent because they are lost, and not for a fault of ours. */
  confirmLost(nodeIds: readonly string[]): void {
    this.brake = confirmLost(this.brake, nodeIds);
    this.age();
  }

  find(nodeId: string): ObservedNode | null {
    const entry = this.entries.get(nodeId);
    return entry === undefined ? null : this.observe(entry, this.clock.monotonicMs());
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

  /** Those that are heard of, then those that the database alone knows. */
  views(): NodeView[] {
    const heard = this.observed().map((node) =>
      viewOf(node, this.stored?.get(node.heartbeat.nodeId) ?? null),
    );
    const silent = [...(this.stored ?? [])].filter(([nodeId]) => !this.entries.has(nodeId));
    return [...heard, ...silent.map(([nodeId, stored]) => viewOfSilent(nodeId, stored))];
  }

  private stateOf({ heartbeat, heardAtMs }: Entry, nowMs: number): NodeState {
    return nodeStateOf({
      silentMs: nowMs - heardAtMs,
      isStored: this.stored === null || this.stored.has(heartbeat.nodeId),
      isHeld: this.brake.held.has(heartbeat.nodeId),
    });
  }

  private observe(entry: Entry, nowMs: number): ObservedNode {
    const { heartbeat, heardAtMs } = entry;
    const settings = this.stored?.get(heartbeat.nodeId)?.settings ?? PLAIN_SETTINGS;
    return {
      heartbeat,
      silentMs: nowMs - heardAtMs,
      state: this.bus.isConnected ? this.stateOf(entry, nowMs) : 'suspect',
      settings,
      labels: { ...settings.labels, ...builtInLabels(heartbeat) },
    };
  }

  private age(): void {
    if (!this.bus.isConnected) return;
    const nowMs = this.clock.monotonicMs();
    this.followBrake(nowMs);
    for (const entry of this.entries.values()) {
      const state = this.stateOf(entry, nowMs);
      if (state === entry.state) continue;
      const line = `node ${entry.heartbeat.name} was ${entry.state} and is ${state}`;
      if (state === 'ready') this.logger.log(line);
      else this.logger.warn(line);
      entry.state = state;
      this.tell(entry.heartbeat.nodeId);
    }
  }

  /** Silence is the nodes' only while we could hear them. */
  private followBrake(nowMs: number): void {
    if (!this.bus.isConnected) return;
    const before = this.brake;
    const nodes = [...this.entries.values()].map(({ heartbeat, heardAtMs }) => ({
      nodeId: heartbeat.nodeId,
      silentMs: nowMs - heardAtMs,
      isLeaving: heartbeat.draining,
    }));
    this.brake = nextBrake(before, nodes);
    if (before.held.size === 0 && this.brake.held.size > 0) {
      this.logger.warn(`${this.brake.held.size} nodes fell silent at once: nothing is moved`);
    }
    if (before.held.size > 0 && this.brake.held.size === 0) this.letGo(before.held, nowMs);
  }

  /** Some were heard again; the others get the time that the next heartbeats take. */
  private letGo(held: ReadonlySet<string>, nowMs: number): void {
    this.logger.log('enough nodes are heard again, the brake is off');
    for (const nodeId of held) {
      const entry = this.entries.get(nodeId);
      if (entry === undefined) continue;
      entry.heardAtMs = Math.max(entry.heardAtMs, nowMs - SUSPECT_AFTER_MS - 1);
    }
  }

  private forgive(): void {
    const nowMs = this.clock.monotonicMs();
    for (const entry of this.entries.values()) entry.heardAtMs = nowMs;
  }

  private tell(nodeId: string): void {
    for (const listener of this.listeners) listener(nodeId);
  }

  private async saveRow({ nodeId, name }: Heartbeat): Promise<void> {
    const lastSeenAt = this.clock.now();
    try {
      await this.prisma.client.node.upsert({
        where: { id: nodeId },
        create: { id: nodeId, name, lastSeenAt },
        update: { name, lastSeenAt },
      });
      if (this.stored?.has(nodeId) === false) for (const told of this.joinListeners) told();
    } catch (error) {
      const entry = this.entries.get(nodeId);
      if (entry !== undefined) entry.rowSavedAtMs = null;
      this.logger.warn(`the row of node ${name} was not saved: ${String(error)}`);
    }
  }
}

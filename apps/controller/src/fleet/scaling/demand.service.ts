/**
 * What is asked of all controllers together. Each says once a second what is asked of it; what the
 * leader decides by that (how many replicas, whether any) is in the files beside this one.
 */
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus, type BusSubscription } from '@corral/bus';
import {
  ALL_LOADS,
  controllerLoadSchema,
  loadSubject,
  type ControllerLoad,
} from '@corral/contracts';
import { Clock } from '../../infra/clock.js';
import { ControllerIdentity } from '../../infra/controller-identity.js';
import type { Generation, GenerationListener } from '../../scheduling/core/generation.js';
import { OwnDemand } from './own-demand.pure.js';

const INTERVAL_MS = 1_000;
/** What waits at a controller that is silent for so long waits no more. */
const SILENT_MS = 3_000;

export interface DeploymentDemand {
  /** Generations in the queues of all controllers. */
  waiting: number;
  longestWaitMs: number;
  /** When it was last used, on this controller's monotonic clock; null: not that we know. */
  usedAtMs: number | null;
}

@Injectable()
export class Demand implements OnModuleInit, OnModuleDestroy {
  private readonly own = new OwnDemand();
  private readonly heard = new Map<string, { load: ControllerLoad; atMs: number }>();
  private readonly usedAtMs = new Map<string, number>();
  private readonly listeners: ((deployment: string) => void)[] = [];
  private subscription: BusSubscription | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly bus: Bus,
    private readonly identity: ControllerIdentity,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // Its own words come back to it too, and are counted then.
    this.subscription = this.bus.subscribe(ALL_LOADS, controllerLoadSchema, (load) =>
      this.take(load),
    );
    this.timer = setInterval(() => this.tell(), INTERVAL_MS);
  }

  onModuleDestroy(): void {
    this.subscription?.unsubscribe();
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Submits a generation, and counts it as demand until its last event. */
  follow(
    deployment: string,
    listener: GenerationListener,
    submit: (listener: GenerationListener) => Generation,
  ): Generation {
    const asking = this.own.begin(deployment, this.clock.monotonicMs());
    const generation = submit((event) => {
      if (event.type !== 'text') this.own.end(asking, this.clock.monotonicMs());
      listener(event);
    });
    asking.generation = generation;
    this.announce(deployment);
    return generation;
  }

  /**
   * Calls the listener with each generation, and once a second while one is open here: a replica that
   * is on its way out may have sent it back into the queue.
   */
  onAsked(listener: (deployment: string) => void): void {
    this.listeners.push(listener);
  }

  of(deployment: string): DeploymentDemand {
    const nowMs = this.clock.monotonicMs();
    let waiting = 0;
    let longestWaitMs = 0;
    for (const { load, atMs } of this.heard.values()) {
      const asked = load.deployments.find(({ name }) => name === deployment);
      if (asked === undefined || nowMs - atMs > SILENT_MS) continue;
      waiting += asked.waiting;
      longestWaitMs = Math.max(longestWaitMs, asked.longestWaitMs);
    }
    return { waiting, longestWaitMs, usedAtMs: this.usedAtMs.get(deployment) ?? null };
  }

  private take(load: ControllerLoad): void {
    const nowMs = this.clock.monotonicMs();
    this.heard.set(load.controllerId, { load, atMs: nowMs });
    for (const [controllerId, { atMs }] of this.heard) {
      if (nowMs - atMs > SILENT_MS) this.heard.delete(controllerId);
    }
    for (const { name, idleMs } of load.deployments) {
      const before = this.usedAtMs.get(name) ?? Number.NEGATIVE_INFINITY;
      this.usedAtMs.set(name, Math.max(before, nowMs - idleMs));
    }
  }

  private tell(): void {
    const { controllerId } = this.identity;
    const deployments = this.own.load(this.clock.monotonicMs());
    for (const { name, idleMs } of deployments) if (idleMs === 0) this.announce(name);
    if (!this.bus.isConnected) return;
    const load = { controllerId, deployments };
    this.bus.publish(loadSubject(controllerId), controllerLoadSchema, load);
  }

  private announce(deployment: string): void {
    for (const listener of this.listeners) listener(deployment);
  }
}

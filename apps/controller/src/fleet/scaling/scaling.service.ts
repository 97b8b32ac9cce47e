/**
 * Looks once a second at what is asked of each deployment. Every controller remembers when each was
 * last used, so that a new leader need not begin anew; only the leader scales and unloads.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { Clock } from '../../infra/clock.js';
import { LeaderService } from '../../infra/leader.service.js';
import { Rounds } from '../../infra/rounds.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { DeploymentLoad } from './deployment-load.service.js';
import { isToUnload } from './idle-unload.pure.js';
import { ScalingRepository } from './scaling.repository.js';
import {
  FRESH,
  scalingStep,
  type ScalingFigures,
  type ScalingMemory,
} from './scaling-step.pure.js';

const INTERVAL_MS = 1_000;

interface Remembered {
  usedAtMs: number;
  memory: ScalingMemory;
}

@Injectable()
export class ScalingService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ScalingService.name);
  private remembered = new Map<string, Remembered>();
  private readonly rounds = new Rounds(
    () => this.round(),
    (error) => this.logger.warn(`scaling failed and is tried again: ${String(error)}`),
  );

  constructor(
    private readonly leader: LeaderService,
    private readonly deployments: DeploymentsService,
    private readonly load: DeploymentLoad,
    private readonly repository: ScalingRepository,
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.rounds.start(INTERVAL_MS);
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }

  /** One look at all of them; nothing while one is under way. */
  look(): Promise<void> {
    return this.rounds.run();
  }

  private async round(): Promise<void> {
    // Cut off, we hear neither what is asked nor what is computed: nothing counts as idle.
    if (!this.bus.isConnected) this.remembered.clear();
    else if (await this.decide()) await this.deployments.changed();
  }

  /** True when something was written. */
  private async decide(): Promise<boolean> {
    const before = this.remembered;
    this.remembered = new Map();
    let changed = false;
    for (const deployment of this.deployments.desired().deployments) {
      const nowMs = this.clock.monotonicMs();
      const figures = this.load.figuresOf(deployment);
      const known = before.get(deployment.id) ?? { usedAtMs: nowMs, memory: FRESH };
      const isUsed = figures.ready === 0 || figures.onBoard + figures.waiting > 0;
      const askedAtMs = this.load.usedAtMs(deployment) ?? known.usedAtMs;
      known.usedAtMs = isUsed ? nowMs : Math.max(known.usedAtMs, askedAtMs);
      this.remembered.set(deployment.id, known);
      if (!this.leader.isLeader()) known.memory = FRESH;
      else if (isToUnload(deployment, nowMs - known.usedAtMs)) {
        changed = (await this.unload(deployment)) || changed;
      } else changed = (await this.scale(deployment, figures, known, nowMs)) || changed;
    }
    return changed;
  }

  private async scale(
    { id, name, minReplicas, maxReplicas, unloadedAt }: StoredDeployment,
    figures: ScalingFigures,
    known: Remembered,
    nowMs: number,
  ): Promise<boolean> {
    if (minReplicas === null || maxReplicas === null || unloadedAt !== null) return false;
    const bounds = { min: minReplicas, max: maxReplicas };
    const { to, reason, memory } = scalingStep(bounds, figures, known.memory, nowMs);
    known.memory = memory;
    if (to === null) return false;
    const from = figures.desired;
    if (!(await this.repository.step({ deploymentId: id, name, from, to, reason }))) return false;
    this.logger.log(`deployment ${name} goes from ${from} to ${to} replicas: ${reason}`);
    this.deployments.reportScaling(id, { from, to, reason, at: this.clock.now().toISOString() });
    return true;
  }

  private async unload({ id, name }: StoredDeployment): Promise<boolean> {
    const done = await this.repository.unload(id, this.clock.now());
    if (done) this.logger.log(`deployment ${name} is idle and unloaded until it is asked for`);
    return done;
  }
}

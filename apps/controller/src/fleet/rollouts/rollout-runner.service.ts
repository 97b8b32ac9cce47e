/**
 * Carries rollouts on, on the leading controller: looks at each once a second, and writes what the
 * state machine decides. The reconciler takes the numbers of replicas from the same state by itself.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { LeaderService } from '../../infra/leader.service.js';
import { Rounds } from '../../infra/rounds.js';
import type { Rollout } from '../../rollouts/rollout-state.pure.js';
import { rolloutStep } from '../../rollouts/rollout-step.pure.js';
import { RolloutsRepository } from '../../rollouts/rollouts.repository.js';
import { RolloutWatch } from './rollout-watch.service.js';

const INTERVAL_MS = 500;
/** Several heartbeats of each node: a new leader first hears what there is. */
const FIRST_LOOK_MS = 3_000;

@Injectable()
export class RolloutRunner implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RolloutRunner.name);
  private readonly rounds = new Rounds(
    () => this.stepAll(),
    (error) => this.logger.warn(`a rollout did not go on and is tried again: ${String(error)}`),
  );

  constructor(
    private readonly leader: LeaderService,
    private readonly deployments: DeploymentsService,
    private readonly rollouts: RolloutsRepository,
    private readonly watch: RolloutWatch,
  ) {}

  onModuleInit(): void {
    this.rounds.start(INTERVAL_MS);
  }

  onModuleDestroy(): void {
    this.rounds.stop();
  }

  private async stepAll(): Promise<void> {
    if (this.leader.ledForMs() < FIRST_LOOK_MS) return this.watch.keepOnly(new Set());
    const { deployments } = this.deployments.desired();
    this.watch.keepOnly(new Set(deployments.flatMap(({ rollout }) => rollout?.id ?? [])));
    for (const deployment of deployments) {
      if (deployment.rollout !== null) await this.step(deployment, deployment.rollout);
    }
  }

  private async step(deployment: StoredDeployment, rollout: Rollout): Promise<void> {
    const { situation, progress } = await this.watch.look(deployment, rollout);
    if (progress !== null) await this.rollouts.note(rollout.id, progress);
    const change = rolloutStep(rollout, situation);
    if (change === null) return;
    const applied = await this.rollouts.transaction((tx) =>
      this.rollouts.apply(tx, rollout, change),
    );
    if (applied) {
      const { state, step, weight, message } = change;
      this.logger.log({
        rollout: rollout.id,
        deployment: deployment.name,
        state,
        step,
        weight,
        message,
      });
    }
    await this.deployments.changed();
  }
}

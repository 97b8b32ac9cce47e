/**
 * Makes what is into what should be, on the leading controller: plans replicas onto nodes, and has
 * each node told its assignments.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { LeaderService } from '../infra/leader.service.js';
import { NodesService, type ObservedNode } from '../nodes/nodes.service.js';
import { observeRollout } from '../rollouts/rollout-observation.pure.js';
import type { StoredDeployment } from '../deployments/desired-state.pure.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { PlacementService } from '../placement/placement.service.js';
import { AssignmentSender } from './assignment-sender.service.js';
import { AssignmentsRepository } from './assignments.repository.js';
import { wantedOf, type WantedRevision } from '../deployments/wanted-revision.pure.js';

const INTERVAL_MS = 1_000;
/** Several heartbeats of each node. */
const FIRST_LOOK_MS = 3_000;

@Injectable()
export class ReconcilerService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ReconcilerService.name);
  private timer: NodeJS.Timeout | null = null;
  private running = false;
  private again = false;

  constructor(
    private readonly leader: LeaderService,
    private readonly nodes: NodesService,
    private readonly deployments: DeploymentsService,
    private readonly assignments: AssignmentsRepository,
    private readonly placement: PlacementService,
    private readonly sender: AssignmentSender,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.reconcile(), INTERVAL_MS);
    this.deployments.onChange(() => void this.reconcile());
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** One round; a call during a round makes for one more after it. */
  async reconcile(): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    try {
      if (this.leader.isLeader()) await this.round();
    } catch (error) {
      this.logger.warn(`reconciling failed and is tried again: ${String(error)}`);
    } finally {
      this.running = false;
    }
    if (this.again) {
      this.again = false;
      await this.reconcile();
    }
  }

  private async round(): Promise<void> {
    const observed = this.nodes.observed();
    const { generations } = this.deployments.desired();
    const isNew = observed.some(({ heartbeat }) => !generations.has(heartbeat.nodeId));
    if (isNew && !this.again) await this.deployments.refresh();
    const plan = this.placement.plan(
      this.deployments
        .desired()
        .deployments.flatMap((deployment) => this.wanted(deployment, observed)),
    );
    this.deployments.reportPlacement(plan);
    if (plan.actions.length > 0) {
      this.logger.log({ placement: plan.actions });
      await this.assignments.carryOut(plan.actions);
      // Reading again calls for another round, which tells the nodes.
      return this.deployments.changed();
    }
    return this.tellAll(observed);
  }

  private wanted(deployment: StoredDeployment, observed: ObservedNode[]): WantedRevision[] {
    const { rollout } = deployment;
    // A leader that has just begun may not have heard of every replica: until then nothing moves.
    const isNew = this.leader.ledForMs() < FIRST_LOOK_MS;
    const held = rollout && (isNew ? { ...rollout, state: 'paused' as const } : rollout);
    return wantedOf(
      { ...deployment, rollout: held },
      {
        ...observeRollout(rollout, this.deployments.desired().replicas, observed),
        noRoom: this.deployments.placementReason(deployment.name),
      },
    );
  }

  private async tellAll(observed: readonly ObservedNode[]): Promise<void> {
    for (const node of observed) await this.sender.send(node);
    await this.placement.learn();
  }
}

/** What a deployment has to do at this moment: what its nodes report, and what all controllers are asked. */
import { Injectable } from '@nestjs/common';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { Demand } from './demand.service.js';
import type { ScalingFigures } from './scaling-step.pure.js';

@Injectable()
export class DeploymentLoad {
  constructor(
    private readonly nodes: NodesService,
    private readonly demand: Demand,
  ) {}

  /** When it was last asked for, milliseconds of the monotonic clock; null: not since the start. */
  usedAtMs({ name }: StoredDeployment): number | null {
    return this.demand.of(name).usedAtMs;
  }

  figuresOf({ name, desiredReplicas }: StoredDeployment): ScalingFigures {
    const ready = this.nodes
      .observed()
      .filter(({ state }) => state === 'ready')
      .flatMap(({ heartbeat }) => heartbeat.replicas)
      .filter((replica) => replica.deployment === name && replica.state === 'ready');
    const { waiting, longestWaitMs } = this.demand.of(name);
    return {
      desired: desiredReplicas,
      ready: ready.length,
      slots: ready.reduce((sum, { slots }) => sum + slots, 0),
      onBoard: ready.reduce((sum, { activeSlots, queued }) => sum + activeSlots + queued, 0),
      waiting,
      longestWaitMs,
    };
  }
}

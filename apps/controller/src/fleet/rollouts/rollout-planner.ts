/** The dry run of a rollout on the cluster as it is now. */
import { Injectable } from '@nestjs/common';
import type { RolloutPlan, RolloutStrategy } from '@corral/contracts/http';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { PlacementService } from '../../placement/placement.service.js';
import { desiredNow, wantedRevision } from '../../deployments/wanted-revision.pure.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { planRollout } from './rollout-plan.pure.js';
import type { RolloutRevision } from '../../rollouts/rollout-state.pure.js';

@Injectable()
export class RolloutPlanner {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly nodes: NodesService,
    private readonly placement: PlacementService,
  ) {}

  /** Waits for what the new revision needs, if that can be measured. */
  async plan(
    deployment: StoredDeployment,
    from: RolloutRevision,
    to: RolloutRevision,
    strategy: RolloutStrategy,
  ): Promise<RolloutPlan> {
    await this.placement.measuredNeedOf(to);
    const observed = this.nodes.observed();
    const names = new Map(observed.map(({ heartbeat: { nodeId, name } }) => [nodeId, name]));
    // What else is placed stays where it is, and is not placement's to take away here.
    const others = this.deployments
      .desired()
      .deployments.filter(({ id }) => id !== deployment.id)
      .map((other) => wantedRevision(other, other.revision, desiredNow(other)));
    return planRollout({
      rollout: {
        id: 'planned',
        state: 'planned',
        strategy,
        step: 0,
        weight: 0,
        stepStartedAt: new Date(),
        reason: null,
        from,
        to,
      },
      deployment: deployment.name,
      desired: desiredNow(deployment),
      placed: this.placement.cluster().placed,
      place: (numbers, placed) => {
        const own = [
          wantedRevision(deployment, from, numbers.from),
          wantedRevision(deployment, to, numbers.to),
        ];
        return this.placement.planIf([...others, ...own], placed);
      },
      nodeName: (nodeId) => names.get(nodeId) ?? nodeId,
    });
  }
}

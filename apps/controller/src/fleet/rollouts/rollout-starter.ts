/** A rollout from what a person changes: the rest is as in the present revision. */
import { Injectable } from '@nestjs/common';
import type { StartedRollout, StartRollout } from '@corral/contracts/http';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { Principal } from '../../common/principal.pure.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { chooseModel } from '../../deployments/model-choice.pure.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { newSpecOf } from './new-spec.js';
import type { RolloutContent } from '../../rollouts/rollout-ground.js';
import { RolloutsService } from './rollouts.service.js';

@Injectable()
export class RolloutStarter {
  constructor(
    private readonly rollouts: RolloutsService,
    private readonly nodes: NodesService,
  ) {}

  /**
   * Throws `not_found` for an unknown deployment, model or revision, `invalid_value` for a spec that
   * cannot be, `conflict` while another is under way or nothing changes.
   */
  async start(by: Principal, order: StartRollout): Promise<StartedRollout> {
    const deployment = this.rollouts.deploymentNamed(order.deployment);
    const content = this.contentOf(deployment, order);
    const { strategy } = order;
    const plan = await this.rollouts.plan(deployment.id, content, strategy);
    if (order.dryRun) return { rollout: null, plan };
    const deploymentId = deployment.id;
    const rollout = await this.rollouts.start({
      ...content,
      deploymentId,
      strategy,
      principal: by,
    });
    return { rollout, plan };
  }

  private contentOf(
    { revision: present }: StoredDeployment,
    { model, spec = {}, revision }: StartRollout,
  ): RolloutContent {
    if (revision !== undefined) return { revision };
    const next = newSpecOf(present.spec, spec);
    if (!next.ok) throw new FailureException(next.failure);
    if (model === undefined) {
      const { modelDigest, modelName } = present;
      return { modelDigest, modelName, spec: next.spec };
    }
    const inStores = this.nodes.models().map((stored) => stored.model);
    const chosen = chooseModel(model, inStores, present);
    if (!chosen.ok) throw new FailureException(chosen.failure);
    return { ...chosen.model, spec: next.spec };
  }
}

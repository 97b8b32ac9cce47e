/**
 * Rollouts as people see and steer them: one begins with a new revision (or an earlier one), and may
 * be paused, resumed, promoted and rolled back by hand. The leader carries them out
 * (rollout-runner.service.ts).
 */
import { Injectable } from '@nestjs/common';
import type { RolloutPlan, RolloutStrategy, RolloutView } from '@corral/contracts/http';
import { AuditService } from '../../audit/audit.service.js';
import type { Principal } from '../../common/principal.pure.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { desiredNow } from '../../deployments/wanted-revision.pure.js';
import { NodesService } from '../../nodes/nodes.service.js';
import { ROLLOUT_ACTIONS, type RolloutAction } from '../../rollouts/rollout-action.pure.js';
import { RolloutBeginner, type BeginRollout } from '../../rollouts/rollout-beginner.js';
import {
  conflict,
  groundFor,
  knownOrNext,
  noSuch,
  type RolloutContent,
} from '../../rollouts/rollout-ground.js';
import { observeRollout } from '../../rollouts/rollout-observation.pure.js';
import { RolloutPlanner } from './rollout-planner.js';
import { rolloutViewOf } from '../../rollouts/rollout-view.pure.js';
import { RolloutsRepository } from '../../rollouts/rollouts.repository.js';
import type { StoredRollout } from '../../rollouts/rollout-state.pure.js';

@Injectable()
export class RolloutsService {
  constructor(
    private readonly rollouts: RolloutsRepository,
    private readonly deployments: DeploymentsService,
    private readonly nodes: NodesService,
    private readonly audit: AuditService,
    private readonly planner: RolloutPlanner,
    private readonly beginner: RolloutBeginner,
  ) {}

  /** Newest first. */
  async list(deployment: string | undefined): Promise<RolloutView[]> {
    return (await this.rollouts.list(deployment)).map((rollout) => this.viewOf(rollout));
  }

  /** Throws `not_found`. */
  async view(id: string): Promise<RolloutView> {
    return this.viewOf(present(await this.rollouts.find(id), id));
  }

  /** Begins one. Throws as {@link RolloutBeginner.begin} does. */
  async start(order: BeginRollout): Promise<RolloutView> {
    const id = await this.rollouts.transaction((tx) => this.beginner.begin(tx, order));
    await this.deployments.changed();
    return this.view(id);
  }

  /** What a rollout would do; nothing is written. Throws as {@link RolloutBeginner.begin}
   * does. */
  async plan(
    deploymentId: string,
    content: RolloutContent,
    strategy: RolloutStrategy,
  ): Promise<RolloutPlan> {
    const deployment = this.deployments.desired().deployments.find(({ id }) => id === deploymentId);
    if (deployment === undefined) throw noSuch('deployment', deploymentId);
    const { from, to } = await this.rollouts.transaction(async (tx) => {
      const ground = groundFor(await this.rollouts.ground(tx, deploymentId), deploymentId, content);
      return { from: ground.current, to: knownOrNext(ground, content) };
    });
    return this.planner.plan(deployment, from, to, strategy);
  }

  /**
   * Throws `not_found`, and `conflict` when the rollout is over, or is not in a state for it. What
   * is asked for twice is done once.
   */
  async act(id: string, action: RolloutAction, by: Principal): Promise<RolloutView> {
    await this.rollouts.transaction(async (tx) => {
      const rollout = present(await this.rollouts.find(id, tx), id);
      const decided = ROLLOUT_ACTIONS[action](rollout);
      if (typeof decided === 'string') throw conflict(decided);
      if (!(await this.rollouts.apply(tx, rollout, decided))) {
        throw conflict('The rollout has just gone on. Look at it again before you decide.');
      }
      const { state, step, weight } = rollout;
      await this.audit.record(tx, by, {
        action: `rollout.${action}`,
        subjectKind: 'deployment',
        subjectId: rollout.deployment.id,
        before: { rolloutId: id, state, step, weight },
        after: { rolloutId: id, state: decided.state, step: decided.step, weight: decided.weight },
      });
    });
    await this.deployments.changed();
    return this.view(id);
  }

  private viewOf(rollout: StoredRollout): RolloutView {
    const { deployments, replicas } = this.deployments.desired();
    const deployment = deployments.find(({ id }) => id === rollout.deployment.id);
    const seen = observeRollout(rollout, replicas, this.nodes.observed());
    return rolloutViewOf(
      rollout,
      deployment === undefined
        ? null
        : { desired: desiredNow(deployment), fromReady: seen.from.ready, toReady: seen.to.ready },
    );
  }

  /** Throws `not_found`. */
  deploymentNamed(name: string): StoredDeployment {
    const { deployments } = this.deployments.desired();
    const found = deployments.find((deployment) => deployment.name === name);
    if (found === undefined) throw noSuch('deployment', name);
    return found;
  }
}

function present(rollout: StoredRollout | null, id: string): StoredRollout {
  if (rollout === null) throw noSuch('rollout', id);
  return rollout;
}

/**
 * Rollouts as people see and steer them: one begins with a new revision (or an earlier one), and may
 * be paused, resumed, promoted and rolled back by hand. The leader carries them out
 * (rollout-runner.service.ts).
 */
import { Injectable } from '@nestjs/common';
import type { ReplicaSpec } from '@corral/contracts';
import type { RolloutPlan, RolloutStrategy, RolloutView } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { FailureException } from '../common/failure.exception.js';
import type { Principal } from '../common/principal.js';
import { DeploymentsService, type StoredDeployment } from '../deployments/deployments.service.js';
import { desiredNow } from '../deployments/wanted-revision.js';
import type { Transaction } from '../infra/prisma.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { ROLLOUT_ACTIONS, type RolloutAction } from './rollout-action.js';
import { observeRollout } from './rollout-observation.js';
import { RolloutPlanner } from './rollout-planner.js';
import type { RolloutRevision } from './rollout-state.js';
import { rolloutViewOf } from './rollout-view.js';
import {
  RolloutsRepository,
  type RolloutGround,
  type StoredRollout,
} from './rollouts.repository.js';

/** What is to be rolled out: a new revision's content, or an earlier revision's number. */
export type RolloutContent =
  Pick<RolloutRevision, 'modelDigest' | 'modelName' | 'spec'> | { revision: number };

export interface BeginRollout {
  deploymentId: string;
  content: RolloutContent;
  strategy: RolloutStrategy;
  principal: Principal;
}

@Injectable()
export class RolloutsService {
  constructor(
    private readonly rollouts: RolloutsRepository,
    private readonly deployments: DeploymentsService,
    private readonly nodes: NodesService,
    private readonly audit: AuditService,
    private readonly planner: RolloutPlanner,
  ) {}

  /** Newest first. */
  async list(deployment: string | undefined): Promise<RolloutView[]> {
    return (await this.rollouts.list(deployment)).map((rollout) => this.viewOf(rollout));
  }

  /** Throws `not_found`. */
  async view(id: string): Promise<RolloutView> {
    return this.viewOf(present(await this.rollouts.find(id), id));
  }

  /**
   * Writes the revision and the rollout, in the caller's transaction; gives the rollout's id. Call
   * {@link DeploymentsService.changed} after it. Throws `conflict` while another is under way, and
   * when the revision would be the present one; `not_found` for an unknown deployment or revision.
   */
  async begin(tx: Transaction, { deploymentId, content, strategy, principal }: BeginRollout) {
    const ground = await this.rollouts.ground(tx, deploymentId);
    if (ground === null) throw noSuch('deployment', deploymentId);
    refuseSecond(ground);
    refuseSame(ground, content);
    const to =
      'revision' in content
        ? earlier(ground, content.revision)
        : await this.rollouts.addRevision(tx, ground, content);
    const { current } = ground;
    const rolloutId = await this.rollouts.create(tx, {
      deploymentId,
      fromRevisionId: current.id,
      toRevisionId: to.id,
      strategy,
      createdBy: principal.userId,
      message: `From revision ${current.number} (${current.modelName}) to ${to.number} (${to.modelName}).`,
    });
    await this.audit.record(tx, principal, {
      action: 'rollout.start',
      subjectKind: 'deployment',
      subjectId: deploymentId,
      before: audited(current),
      after: { ...audited(to), rolloutId, strategy },
    });
    return rolloutId;
  }

  /** {@link begin} in a transaction of its own. */
  async start(order: BeginRollout): Promise<RolloutView> {
    const id = await this.rollouts.transaction((tx) => this.begin(tx, order));
    await this.deployments.changed();
    return this.view(id);
  }

  /** What a rollout would do; nothing is written. Throws as {@link begin} does. */
  async plan(
    deploymentId: string,
    content: RolloutContent,
    strategy: RolloutStrategy,
  ): Promise<RolloutPlan> {
    const ground = await this.rollouts.transaction((tx) => this.rollouts.ground(tx, deploymentId));
    const deployment = this.deployments.desired().deployments.find(({ id }) => id === deploymentId);
    if (ground === null || deployment === undefined) throw noSuch('deployment', deploymentId);
    refuseSecond(ground);
    refuseSame(ground, content);
    const number = (ground.revisions[0]?.number ?? 0) + 1;
    const to =
      'revision' in content
        ? earlier(ground, content.revision)
        : { id: 'planned', number, ...content };
    return this.planner.plan(deployment, ground.current, to, strategy);
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

function refuseSecond({ name, underWay }: RolloutGround): void {
  if (underWay === null) return;
  const { state, toNumber } = underWay;
  throw conflict(
    state === 'rolled_back'
      ? `A rollout of '${name}' is on its way back. Wait until it has ended: 'corral rollout status ${name} --watch'.`
      : `A rollout of '${name}' to revision ${toNumber} is ${state}. Wait for it, or end it first with ` +
          `'corral rollout promote ${name}' or 'corral rollout undo ${name}'.`,
  );
}

function refuseSame({ name, current }: RolloutGround, content: RolloutContent): void {
  const isSame =
    'revision' in content
      ? content.revision === current.number
      : content.modelDigest === current.modelDigest && sameSpec(content.spec, current.spec);
  if (!isSame) return;
  throw conflict(`Nothing changes: that is the present revision of '${name}', ${current.number}.`);
}

/** Both parsed by one schema, so equal ones have equal JSON. */
function sameSpec(one: ReplicaSpec, other: ReplicaSpec): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function earlier({ name, revisions }: RolloutGround, number: number): RolloutRevision {
  const found = revisions.find((revision) => revision.number === number);
  if (found !== undefined) return found;
  const numbers = revisions.map((revision) => revision.number).join(', ');
  throw new FailureException({
    code: 'not_found',
    message: `'${name}' has no revision ${number}. There is: ${numbers}.`,
    param: 'revision',
  });
}

function audited({ number, modelName, modelDigest, spec }: RolloutRevision): object {
  return { revision: number, modelName, modelDigest, spec };
}

function present(rollout: StoredRollout | null, id: string): StoredRollout {
  if (rollout === null) throw noSuch('rollout', id);
  return rollout;
}

function noSuch(what: string, which: string): FailureException {
  return new FailureException({ code: 'not_found', message: `There is no ${what} '${which}'.` });
}

function conflict(message: string): FailureException {
  return new FailureException({ code: 'conflict', message });
}

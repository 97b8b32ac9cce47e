/**
 * Writes a new rollout. Apart from all else about rollouts, so that whoever changes a deployment can
 * begin one without knowing the rest.
 */
import { Injectable } from '@nestjs/common';
import type { RolloutStrategy } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import type { Principal } from '../common/principal.pure.js';
import type { Transaction } from '../infra/prisma.service.js';
import { groundFor, knownOrNext, type RolloutContent } from './rollout-ground.js';
import type { RolloutRevision } from './rollout-state.pure.js';
import { RolloutsRepository } from './rollouts.repository.js';

export type BeginRollout = RolloutContent & {
  deploymentId: string;
  strategy: RolloutStrategy;
  principal: Principal;
};

@Injectable()
export class RolloutBeginner {
  constructor(
    private readonly rollouts: RolloutsRepository,
    private readonly audit: AuditService,
  ) {}

  /**
   * Writes the revision and the rollout, in the caller's transaction; gives the rollout's id. The
   * controllers have to be told after it (`DeploymentsService.changed`). Throws `conflict` while
   * another is under way, and when the revision would be the present one; `not_found` for an unknown
   * deployment or revision.
   */
  async begin(tx: Transaction, order: BeginRollout): Promise<string> {
    const { deploymentId, strategy, principal } = order;
    const found = await this.rollouts.ground(tx, deploymentId);
    const ground = groundFor(found, deploymentId, order);
    const to =
      'revision' in order
        ? knownOrNext(ground, order)
        : await this.rollouts.addRevision(tx, ground, order);
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
}

function audited({ number, modelName, modelDigest, spec }: RolloutRevision): object {
  return { revision: number, modelName, modelDigest, spec };
}

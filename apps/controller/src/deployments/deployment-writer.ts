/**
 * Carries out what was decided about deployments, each change with its audit entry in the
 * transaction of the caller, who holds the lock (infra/advisory-locks.ts) and has checked the names.
 */
import { Injectable } from '@nestjs/common';
import type { FieldChange, RolloutStrategy } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import type { Principal } from '../common/principal.pure.js';
import type { Transaction } from '../infra/prisma.service.js';
import { RolloutBeginner } from '../rollouts/rollout-beginner.js';
import { fieldsOf, needsRevision } from './deployment-differences.pure.js';
import { settingsOf, type DeploymentSettings } from './deployment-settings.pure.js';
import { storedDeployments, WITH_REVISIONS } from './deployments.repository.js';
import type { StoredDeployment } from './desired-state.pure.js';

@Injectable()
export class DeploymentWriter {
  constructor(
    private readonly audit: AuditService,
    private readonly rollouts: RolloutBeginner,
  ) {}

  /** As they are in this transaction, by age. */
  async stored(tx: Transaction): Promise<StoredDeployment[]> {
    return storedDeployments(
      await tx.deployment.findMany({ orderBy: { createdAt: 'asc' }, include: WITH_REVISIONS }),
    );
  }

  async create(tx: Transaction, by: Principal, settings: DeploymentSettings): Promise<void> {
    const { modelDigest, modelName, spec, aliases, ...rest } = settings;
    const { id } = await tx.deployment.create({ data: rest });
    await tx.revision.create({
      data: { deploymentId: id, number: 1, modelDigest, modelName, spec },
    });
    await this.giveAliases(tx, id, aliases);
    await this.audit.record(tx, by, {
      action: 'deployment.create',
      subjectKind: 'deployment',
      subjectId: settings.name,
      before: null,
      after: fieldsOf(settings),
    });
  }

  /**
   * An unloaded deployment is loaded again: who changes it wants to see it work.
   *
   * @param changes what is different, as `differences` gives it
   */
  async change(
    tx: Transaction,
    by: Principal,
    { id, name }: StoredDeployment,
    settings: DeploymentSettings,
    changes: readonly FieldChange[],
    strategy: RolloutStrategy,
  ): Promise<void> {
    const { modelDigest, modelName, spec, aliases, ...rest } = settings;
    await tx.deployment.update({ where: { id }, data: { ...rest, unloadedAt: null } });
    await this.giveAliases(tx, id, aliases);
    if (needsRevision(changes)) {
      const revision = { deploymentId: id, modelDigest, modelName, spec };
      await this.rollouts.begin(tx, { ...revision, strategy, principal: by });
    }
    await this.audit.record(tx, by, {
      action: 'deployment.update',
      subjectKind: 'deployment',
      subjectId: name,
      before: Object.fromEntries(changes.map(({ field, before }) => [field, before])),
      after: Object.fromEntries(changes.map(({ field, after }) => [field, after])),
    });
  }

  /** With its revisions and replicas. Requests under way are finished before these go. */
  async remove(tx: Transaction, by: Principal, stored: StoredDeployment): Promise<void> {
    const { id, name } = stored;
    const replicas = await tx.replica.findMany({
      where: { revision: { deploymentId: id } },
      select: { nodeId: true },
    });
    await tx.node.updateMany({
      where: { id: { in: replicas.map(({ nodeId }) => nodeId) } },
      data: { assignmentGeneration: { increment: 1 } },
    });
    await tx.deployment.delete({ where: { id } });
    await this.audit.record(tx, by, {
      action: 'deployment.delete',
      subjectKind: 'deployment',
      subjectId: name,
      before: fieldsOf(settingsOf(stored)),
      after: null,
    });
  }

  /** Takes aliases away, so that another deployment may get them in the same transaction. */
  async takeAliases(tx: Transaction, deploymentId: string): Promise<void> {
    await tx.deploymentAlias.deleteMany({ where: { deploymentId } });
  }

  private async giveAliases(
    tx: Transaction,
    deploymentId: string,
    aliases: readonly string[],
  ): Promise<void> {
    await this.takeAliases(tx, deploymentId);
    await tx.deploymentAlias.createMany({ data: aliases.map((name) => ({ name, deploymentId })) });
  }
}

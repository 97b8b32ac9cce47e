/** What admins do to single deployments. Files of many: apply/apply.service.ts. */
import { Injectable } from '@nestjs/common';
import {
  rolloutStrategySchema,
  type CreateDeployment,
  type DeploymentView,
  type RevisionView,
  type UpdateDeployment,
} from '@corral/contracts/http';
import { replicaSpecSchema } from '@corral/contracts';
import { FailureException } from '../common/failure-exception.pure.js';
import type { Principal } from '../common/principal.pure.js';
import { PrismaService, type Transaction } from '../infra/prisma.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { lock } from '../infra/advisory-locks.js';
import { differences } from './deployment-differences.pure.js';
import {
  declaredSettings,
  settingsOf,
  updatedSettings,
  type ChosenModel,
  type DeploymentSettings,
} from './deployment-settings.pure.js';
import { DeploymentWriter } from './deployment-writer.js';
import type { StoredDeployment } from './desired-state.pure.js';
import { DeploymentsService, noDeployment } from './deployments.service.js';
import { chooseModel } from './model-choice.pure.js';
import { nameClash } from './name-clash.pure.js';

@Injectable()
export class DeploymentAdminService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly deployments: DeploymentsService,
    private readonly writer: DeploymentWriter,
    private readonly nodes: NodesService,
  ) {}

  /** Throws `not_found` for an unknown model or node, `conflict` for a taken name. */
  async create(by: Principal, request: CreateDeployment): Promise<DeploymentView> {
    const settings = declaredSettings(request, this.modelOf(request.model));
    this.checkNode(settings.pinnedNodeId);
    await this.exclusively(async (tx, all) => {
      refuseTakenNames(settings, all.map(settingsOf));
      await this.writer.create(tx, by, settings);
    });
    return this.deployments.view(settings.name);
  }

  /**
   * Throws `not_found`, for an unknown model or node too, `invalid_value` with the field at fault,
   * and `conflict` for a taken alias or while a rollout keeps it from being changed.
   */
  async update(by: Principal, name: string, update: UpdateDeployment): Promise<DeploymentView> {
    await this.exclusively(async (tx, all) => {
      const stored = present(all, name);
      const before = settingsOf(stored);
      const model = this.modelOf(update.model ?? before.modelDigest, before);
      const updated = updatedSettings(before, update, model);
      if (!updated.ok) throw new FailureException(updated.failure);
      const after = updated.settings;
      if (after.pinnedNodeId !== before.pinnedNodeId) this.checkNode(after.pinnedNodeId);
      refuseTakenNames(after, all.filter(({ id }) => id !== stored.id).map(settingsOf));
      const changes = differences(before, after);
      if (changes.length === 0) return;
      const strategy = update.strategy ?? rolloutStrategySchema.parse({});
      await this.writer.change(tx, by, stored, after, changes, strategy);
    });
    return this.deployments.view(name);
  }

  /** Throws `not_found`. Requests under way are finished by their replicas before they go. */
  async remove(by: Principal, name: string): Promise<void> {
    await this.exclusively((tx, all) => this.writer.remove(tx, by, present(all, name)));
  }

  /** Newest first. Throws `not_found`. */
  async revisions(name: string): Promise<RevisionView[]> {
    const { id: deploymentId } = this.deployments.view(name);
    const rows = await this.prisma.client.revision.findMany({
      where: { deploymentId },
      orderBy: { number: 'desc' },
    });
    return rows.map(({ id, number, modelDigest, modelName, spec, createdAt }) => ({
      id,
      number,
      modelDigest,
      modelName,
      spec: replicaSpecSchema.parse(spec),
      createdAt: createdAt.toISOString(),
    }));
  }

  private async exclusively(
    work: (tx: Transaction, all: StoredDeployment[]) => Promise<void>,
  ): Promise<void> {
    await this.prisma.client.$transaction(async (tx) => {
      await lock(tx, 'deployments');
      await work(tx, await this.writer.stored(tx));
    });
    await this.deployments.changed();
  }

  private modelOf(wanted: string, present?: ChosenModel): ChosenModel {
    const inStores = this.nodes.models().map(({ model }) => model);
    const choice = chooseModel(wanted, inStores, present);
    if (choice.ok) return choice.model;
    throw new FailureException(choice.failure);
  }

  private checkNode(nodeId: string | null): void {
    if (nodeId === null || this.nodes.find(nodeId) !== null) return;
    throw new FailureException({
      code: 'not_found',
      message: `There is no node '${nodeId}'. 'corral status' lists those that there are.`,
      param: 'nodeId',
    });
  }
}

function present(all: readonly StoredDeployment[], name: string): StoredDeployment {
  const found = all.find((deployment) => deployment.name === name);
  if (found === undefined) throw noDeployment(name);
  return found;
}

function refuseTakenNames(
  settings: DeploymentSettings,
  others: readonly DeploymentSettings[],
): void {
  const clash = nameClash([...others, settings]);
  if (clash === null) return;
  const isOurs = clash.isAlias && clash.deployment === settings.name;
  const owner = isOurs ? clash.takenBy : clash.deployment;
  throw new FailureException({
    code: 'conflict',
    message: `'${clash.called}' is taken: a deployment '${owner}' answers to it.`,
    param: isOurs ? 'aliases' : 'name',
  });
}

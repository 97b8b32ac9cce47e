/**
 * Deployments, for those who ask on the way of a request (from memory, never waiting) and for
 * admins. The memory is read again after every change, here or on another controller.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT, type StoredModel } from '@corral/contracts';
import type { CreateDeployment, DeploymentView } from '@corral/contracts/http';
import { FailureException } from '../common/failure.exception.js';
import { NodesService } from '../nodes/nodes.service.js';
import { deploymentViewOf } from './deployment-view.js';
import { DeploymentsRepository, type DesiredState } from './deployments.repository.js';

/** Should a change not be heard of, it is found after so long. */
const REFRESH_INTERVAL_MS = 5_000;

/** What the way of a request needs to know of a deployment. */
export interface ResolvedDeployment {
  name: string;
  revisionId: string;
  modelDigest: string;
}

@Injectable()
export class DeploymentsService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(DeploymentsService.name);
  private state: DesiredState = { deployments: [], replicas: [], generations: new Map() };
  private resolved: ReadonlyMap<string, ResolvedDeployment> = new Map();
  private timer: NodeJS.Timeout | null = null;
  private readonly listeners: (() => void)[] = [];
  private reads = 0;
  private lastApplied = 0;
  /** Why a deployment could not be placed; known to the leader only. */
  private placementReasons: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly repository: DeploymentsRepository,
    private readonly nodes: NodesService,
    private readonly bus: Bus,
  ) {}

  async onModuleInit(): Promise<void> {
    this.bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => {
      if (change.what === 'deployments') void this.refresh();
    });
    this.timer = setInterval(() => void this.refresh(), REFRESH_INTERVAL_MS);
    await this.refresh();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** The state as last read. */
  desired(): DesiredState {
    return this.state;
  }

  /** Calls the listener after each change of the state. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  reportPlacement(reasons: ReadonlyMap<string, string>): void {
    this.placementReasons = reasons;
  }

  /** Null when nothing of that name is deployed. On the way of every request. */
  resolve(name: string): ResolvedDeployment | null {
    return this.resolved.get(name) ?? null;
  }

  views(): DeploymentView[] {
    const replicas = this.nodes
      .observed()
      .filter(({ state }) => state !== 'lost')
      .flatMap(({ heartbeat }) => heartbeat.replicas);
    return this.state.deployments.map((deployment) =>
      deploymentViewOf(
        deployment,
        replicas.filter(({ revisionId }) => revisionId === deployment.revision.id),
        this.placementReasons.get(deployment.name) ?? null,
      ),
    );
  }

  /** Throws `not_found`. */
  view(name: string): DeploymentView {
    const view = this.views().find((deployment) => deployment.name === name);
    if (view !== undefined) return view;
    throw new FailureException({
      code: 'not_found',
      message: `There is no deployment '${name}'.`,
    });
  }

  /** Throws `not_found` for an unknown model or node, `conflict` for a taken name. */
  async create(request: CreateDeployment): Promise<DeploymentView> {
    const model = this.findModel(request.model);
    if (request.nodeId != null && this.nodes.find(request.nodeId) === null) {
      throw new FailureException({
        code: 'not_found',
        message: `There is no node '${request.nodeId}'.`,
        param: 'nodeId',
      });
    }
    const made = await this.repository.create({
      name: request.name,
      aliases: request.aliases,
      desiredReplicas: request.replicas ?? request.minReplicas ?? 1,
      minReplicas: request.minReplicas ?? null,
      maxReplicas: request.maxReplicas ?? null,
      idleTimeoutS: request.idleTimeoutS ?? null,
      pinnedNodeId: request.nodeId ?? null,
      placement: request.placement,
      modelDigest: model.digest,
      modelName: model.fileName,
      spec: request.spec,
    });
    if (!made) {
      throw new FailureException({
        code: 'conflict',
        message: `A deployment of the name '${request.name}', or of one of its aliases, exists already.`,
        param: 'name',
      });
    }
    await this.changed();
    return this.view(request.name);
  }

  /** Throws `not_found`. Requests under way are finished by their replicas before they go. */
  async remove(name: string): Promise<void> {
    const view = this.view(name);
    await this.repository.remove(view.name);
    await this.changed();
  }

  /** Reads the state again here, and makes the other controllers do so. */
  async changed(): Promise<void> {
    await this.refresh();
    this.bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'deployments' });
  }

  /** Reads the state from the database; keeps the old one when it is away. */
  async refresh(): Promise<void> {
    const read = ++this.reads;
    let state: DesiredState;
    try {
      state = await this.repository.desired();
    } catch (error) {
      this.logger.warn(`deployments could not be read: ${String(error)}`);
      return;
    }
    // Overtaken by one that began later, and so may know more.
    if (read < this.lastApplied) return;
    this.lastApplied = read;
    this.state = state;
    this.resolved = new Map(
      this.state.deployments.flatMap(({ name, aliases, revision: { id, modelDigest } }) =>
        [name, ...aliases].map(
          (called) => [called, { name, revisionId: id, modelDigest }] as const,
        ),
      ),
    );
    for (const listener of this.listeners) listener();
  }

  /** By digest, by a beginning of it that is unique, or by file name. */
  private findModel(wanted: string): StoredModel & { digest: string } {
    const stored = this.nodes
      .models()
      .map(({ model }) => model)
      .filter((model): model is StoredModel & { digest: string } => model.digest !== null);
    const found = stored.filter(
      ({ digest, fileName }) =>
        digest === wanted ||
        fileName === wanted ||
        (wanted.length >= 8 && digest.startsWith(wanted)),
    );
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const names = stored.map(({ fileName }) => fileName).join(', ') || 'nothing yet';
    throw new FailureException({
      code: 'not_found',
      message:
        found.length > 1
          ? `'${wanted}' fits ${found.length} models. Name one by its digest.`
          : `There is no model '${wanted}' in any store. There is: ${names}. Import one with 'corral models import PATH'.`,
      param: 'model',
    });
  }
}

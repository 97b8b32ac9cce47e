/**
 * Deployments as last read, for those who ask on the way of a request (from memory, never waiting)
 * and for admins; these change them in deployment-admin.service.ts. The memory is read again after every change, here or on another controller.
 */
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT, type Failure } from '@corral/contracts';
import type { DeploymentView } from '@corral/contracts/http';
import { FailureException } from '../common/failure-exception.pure.js';
import { NodesService } from '../nodes/nodes.service.js';
import { deploymentViewOf, type ScalingNote } from './deployment-view.pure.js';
import { DeploymentsRepository } from './deployments.repository.js';
import type { DesiredState, StoredDeployment } from './desired-state.pure.js';
import { canarySplitOf, type CanarySplit } from './revision-for-key.pure.js';

/** Should a change not be heard of, it is found after so long. */
const REFRESH_INTERVAL_MS = 5_000;

export type { StoredDeployment } from './desired-state.pure.js';

/** What the way of a request needs to know of a deployment. */
export interface ResolvedDeployment {
  name: string;
  /** The present revision. */
  revisionId: string;
  modelDigest: string;
  /** Null: no canary is tried, every key gets any revision. */
  canary: CanarySplit | null;
}

/** What the leader's last plan says of deployments that have fewer replicas than they should. */
interface PlacementNews {
  /** By deployment, why it has fewer. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Deployments whose need of memory is being measured. */
  readonly measuring: ReadonlySet<string>;
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
  private placement: PlacementNews = { reasons: new Map(), measuring: new Set() };

  /** The last step of each, by id; known to the leader that took it. */
  private readonly scalingSteps = new Map<string, ScalingNote>();

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

  /** As last read; null when there is none of that name (aliases do not count). */
  find(name: string): StoredDeployment | null {
    return this.state.deployments.find((deployment) => deployment.name === name) ?? null;
  }

  reportPlacement(plan: PlacementNews): void {
    this.placement = plan;
  }

  reportScaling(deploymentId: string, step: ScalingNote): void {
    this.scalingSteps.set(deploymentId, step);
  }

  /**
   * Why it answers nobody: an admin wants none of it, or no node can take it, which the leader alone
   * knows; elsewhere a request waits in vain. Null: it answers, or will when it is loaded.
   */
  refusal(name: string): Failure | null {
    const message =
      this.find(name)?.desiredReplicas === 0
        ? `The model '${name}' is switched off: it has been scaled to no replicas.`
        : this.whyNowhere(name);
    return message === null ? null : { code: 'model_unavailable', message, param: 'model' };
  }

  private whyNowhere(name: string): string | null {
    const { reasons, measuring } = this.placement;
    const reason = reasons.get(name);
    if (reason === undefined || measuring.has(name)) return null;
    if (this.state.replicas.some(({ deployment }) => deployment === name)) return null;
    return `The model '${name}' has no replica, for no node can take one. ${reason}`;
  }

  /** Why it has fewer replicas than it should; null: it has not, or this controller does not lead. */
  placementReason(name: string): string | null {
    return this.placement.reasons.get(name) ?? null;
  }

  /** Null when nothing of that name or alias is deployed. On the way of every request. */
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
        replicas.filter(({ revisionId }) => servesNow(deployment, revisionId)),
        this.placementReason(deployment.name),
        this.scalingSteps.get(deployment.id) ?? null,
      ),
    );
  }

  /** Throws `not_found`. */
  view(name: string): DeploymentView {
    const view = this.views().find((deployment) => deployment.name === name);
    if (view !== undefined) return view;
    throw noDeployment(name);
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
      this.state.deployments.flatMap((deployment) => {
        const resolved = resolvedOf(deployment);
        return [deployment.name, ...deployment.aliases].map(
          (called) => [called, resolved] as const,
        );
      }),
    );
    for (const listener of this.listeners) listener();
  }
}

export function noDeployment(name: string): FailureException {
  return new FailureException({
    code: 'not_found',
    message: `There is no deployment '${name}'. 'corral deployments' lists those that there are.`,
  });
}

function resolvedOf(deployment: StoredDeployment): ResolvedDeployment {
  const { name, revision } = deployment;
  return {
    name,
    revisionId: revision.id,
    modelDigest: revision.modelDigest,
    canary: canarySplitOf(deployment),
  };
}

function servesNow({ revision, rollout }: StoredDeployment, revisionId: string): boolean {
  return [revision.id, rollout?.from.id, rollout?.to.id].includes(revisionId);
}

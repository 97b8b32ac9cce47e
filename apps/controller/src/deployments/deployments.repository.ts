/** Desired state in PostgreSQL. Every change of a node's replicas raises its generation with it. */
import { Injectable } from '@nestjs/common';
import {
  placementSchema,
  reservationSchema,
  replicaSpecSchema,
  type Placement,
  type ReplicaSpec,
  type Reservation,
} from '@corral/contracts';
import { PrismaService } from '../infra/prisma.service.js';
import type { PlacementAction } from './placement/placement-plan.js';
import { rolloutStrategySchema } from '@corral/contracts/http';
import type { Rollout, RolloutState } from '../rollouts/rollout-state.js';

export interface StoredDeployment {
  id: string;
  name: string;
  aliases: string[];
  desiredReplicas: number;
  /** Null, both: the number is fixed. */
  minReplicas: number | null;
  maxReplicas: number | null;
  /** Null: it is never unloaded. */
  idleTimeoutS: number | null;
  /** Since when it is unloaded because nobody used it; null: it is to be loaded. */
  unloadedAt: Date | null;
  pinnedNodeId: string | null;
  placement: Placement;
  createdAt: Date;
  /** The one that serves. */
  revision: {
    id: string;
    number: number;
    modelDigest: string;
    modelName: string;
    spec: ReplicaSpec;
  };
  /** On the way to another revision, or back from one; null: neither. */
  rollout: Rollout | null;
}

export interface StoredReplica {
  replicaId: string;
  revisionId: string;
  nodeId: string;
  deployment: string;
  modelDigest: string;
  spec: ReplicaSpec;
  /** What it is expected to take of each device that it may use; empty: of any. */
  reserved: Reservation[];
}

export interface DesiredState {
  deployments: StoredDeployment[];
  replicas: StoredReplica[];
  /** Generation of each node's list of assignments. */
  generations: Map<string, number>;
}

/** What {@link storedDeployments} needs of a deployment. */
export const WITH_REVISIONS = {
  revisions: { orderBy: { number: 'desc' } },
  aliases: true,
  rollouts: { where: { endedAt: null } },
} as const;

type DeploymentRow = Awaited<
  ReturnType<
    typeof PrismaService.prototype.client.deployment.findMany<{ include: typeof WITH_REVISIONS }>
  >
>[number];

@Injectable()
export class DeploymentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async desired(): Promise<DesiredState> {
    const [deployments, replicas, nodes] = await this.prisma.client.$transaction([
      this.prisma.client.deployment.findMany({
        orderBy: { createdAt: 'asc' },
        include: WITH_REVISIONS,
      }),
      this.prisma.client.replica.findMany({
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        include: { revision: { include: { deployment: true } } },
      }),
      this.prisma.client.node.findMany(),
    ]);
    return {
      deployments: storedDeployments(deployments),
      replicas: replicas.map(({ id, nodeId, revision, reserved }) => ({
        replicaId: id,
        nodeId,
        revisionId: revision.id,
        deployment: revision.deployment.name,
        modelDigest: revision.modelDigest,
        spec: replicaSpecSchema.parse(revision.spec),
        reserved: reservationSchema.array().parse(reserved),
      })),
      generations: new Map(nodes.map((node) => [node.id, node.assignmentGeneration])),
    };
  }

  async carryOut(actions: readonly PlacementAction[]): Promise<void> {
    await this.prisma.client.$transaction(async (tx) => {
      for (const action of actions) {
        if (action.action === 'place') {
          const { revisionId, nodeId, reserved } = action;
          await tx.replica.create({ data: { revisionId, nodeId, reserved } });
        } else {
          await tx.replica.deleteMany({ where: { id: action.replicaId } });
        }
      }
      await tx.node.updateMany({
        where: { id: { in: actions.map(({ nodeId }) => nodeId) } },
        data: { assignmentGeneration: { increment: 1 } },
      });
    });
  }

  /** A worker that has seen a higher generation than we have (a restored backup) must be overtaken. */
  async raiseGeneration(nodeId: string, above: number): Promise<void> {
    await this.prisma.client.node.updateMany({
      where: { id: nodeId, assignmentGeneration: { lte: above } },
      data: { assignmentGeneration: above + 1 },
    });
  }
}

/** In the order of the rows; one without any revision is left out. */
export function storedDeployments(rows: readonly DeploymentRow[]): StoredDeployment[] {
  return rows.flatMap(
    ({ revisions: stored, aliases, rollouts, currentRevisionId, ...deployment }) => {
      const revisions = stored.map(({ id, number, modelDigest, modelName, spec }) => ({
        id,
        number,
        modelDigest,
        modelName,
        spec: replicaSpecSchema.parse(spec),
      }));
      const revision = revisions.find(({ id }) => id === currentRevisionId) ?? revisions[0];
      if (revision === undefined) return [];
      return {
        ...deployment,
        aliases: aliases.map(({ name }) => name).sort(),
        placement: placementSchema.parse(deployment.placement),
        revision,
        rollout: rolloutOf(rollouts[0], revisions),
      };
    },
  );
}

function rolloutOf(
  row:
    | (Pick<Rollout, 'id' | 'step' | 'weight' | 'stepStartedAt' | 'reason'> & {
        state: string;
        strategy: unknown;
        fromRevisionId: string;
        toRevisionId: string;
      })
    | undefined,
  revisions: readonly Rollout['to'][],
): Rollout | null {
  const from = revisions.find(({ id }) => id === row?.fromRevisionId);
  const to = revisions.find(({ id }) => id === row?.toRevisionId);
  if (row === undefined || from === undefined || to === undefined) return null;
  const { id, step, weight, stepStartedAt, reason } = row;
  const strategy = rolloutStrategySchema.parse(row.strategy);
  const state = row.state as RolloutState;
  return { id, state, strategy, step, weight, stepStartedAt, reason, from, to };
}

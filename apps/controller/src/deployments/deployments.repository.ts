/** Desired state in PostgreSQL. Every change of a node's replicas raises its generation with it. */
import { Injectable } from '@nestjs/common';
import {
  placementSchema,
  replicaSpecSchema,
  type Placement,
  type ReplicaSpec,
} from '@corral/contracts';
import { PrismaService } from '../infra/prisma.service.js';
import type { PlacementAction } from './placement-plan.js';

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
}

export interface StoredReplica {
  replicaId: string;
  revisionId: string;
  nodeId: string;
  deployment: string;
  modelDigest: string;
  spec: ReplicaSpec;
}

export interface DesiredState {
  deployments: StoredDeployment[];
  replicas: StoredReplica[];
  /** Generation of each node's list of assignments. */
  generations: Map<string, number>;
}

export interface NewDeployment extends Pick<
  StoredDeployment,
  | 'name'
  | 'aliases'
  | 'desiredReplicas'
  | 'minReplicas'
  | 'maxReplicas'
  | 'idleTimeoutS'
  | 'pinnedNodeId'
  | 'placement'
> {
  modelDigest: string;
  modelName: string;
  spec: ReplicaSpec;
}

@Injectable()
export class DeploymentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async desired(): Promise<DesiredState> {
    const [deployments, replicas, nodes] = await this.prisma.client.$transaction([
      this.prisma.client.deployment.findMany({
        orderBy: { createdAt: 'asc' },
        include: { revisions: { orderBy: { number: 'desc' } }, aliases: true },
      }),
      this.prisma.client.replica.findMany({
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        include: { revision: { include: { deployment: true } } },
      }),
      this.prisma.client.node.findMany(),
    ]);
    return {
      deployments: deployments.flatMap(
        ({ revisions, aliases, currentRevisionId, ...deployment }) => {
          const current = revisions.find(({ id }) => id === currentRevisionId) ?? revisions[0];
          if (current === undefined) return [];
          const { id, number, modelDigest, modelName, spec } = current;
          return {
            ...deployment,
            aliases: aliases.map(({ name }) => name).sort(),
            placement: placementSchema.parse(deployment.placement),
            revision: { id, number, modelDigest, modelName, spec: replicaSpecSchema.parse(spec) },
          };
        },
      ),
      replicas: replicas.map(({ id, nodeId, revision }) => ({
        replicaId: id,
        nodeId,
        revisionId: revision.id,
        deployment: revision.deployment.name,
        modelDigest: revision.modelDigest,
        spec: replicaSpecSchema.parse(revision.spec),
      })),
      generations: new Map(nodes.map((node) => [node.id, node.assignmentGeneration])),
    };
  }

  /** False when the name, or one of the aliases, is taken. */
  async create(deployment: NewDeployment): Promise<boolean> {
    const { modelDigest, modelName, spec, aliases, ...rest } = deployment;
    return this.prisma.client.$transaction(async (tx) => {
      const names = [deployment.name, ...aliases];
      const taken = await tx.deploymentAlias.count({ where: { name: { in: names } } });
      const clashing = await tx.deployment.count({ where: { name: { in: aliases } } });
      if (taken + clashing > 0) return false;
      const [made] = await tx.deployment.createManyAndReturn({
        data: [rest],
        skipDuplicates: true,
      });
      if (made === undefined) return false;
      await tx.revision.create({
        data: { deploymentId: made.id, number: 1, modelDigest, modelName, spec },
      });
      await tx.deploymentAlias.createMany({
        data: aliases.map((name) => ({ name, deploymentId: made.id })),
      });
      return true;
    });
  }

  /** With its revisions and replicas. False when there is none of that name. */
  async remove(name: string): Promise<boolean> {
    return this.prisma.client.$transaction(async (tx) => {
      const replicas = await tx.replica.findMany({
        where: { revision: { deployment: { name } } },
        select: { nodeId: true },
      });
      await tx.node.updateMany({
        where: { id: { in: replicas.map(({ nodeId }) => nodeId) } },
        data: { assignmentGeneration: { increment: 1 } },
      });
      return (await tx.deployment.deleteMany({ where: { name } })).count > 0;
    });
  }

  async carryOut(actions: readonly PlacementAction[]): Promise<void> {
    await this.prisma.client.$transaction(async (tx) => {
      for (const action of actions) {
        if (action.action === 'place') {
          const { revisionId, nodeId } = action;
          await tx.replica.create({ data: { revisionId, nodeId } });
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

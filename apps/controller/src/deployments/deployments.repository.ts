/** Desired state in PostgreSQL. Every change of a node's replicas raises its generation with it. */
import { Injectable } from '@nestjs/common';
import { replicaSpecSchema, type ReplicaSpec } from '@corral/contracts';
import { PrismaService } from '../infra/prisma.service.js';
import type { PlacementAction } from './placement-plan.js';

export interface StoredDeployment {
  id: string;
  name: string;
  desiredReplicas: number;
  pinnedNodeId: string | null;
  createdAt: Date;
  /** The current one. */
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

export interface NewDeployment {
  name: string;
  desiredReplicas: number;
  pinnedNodeId: string | null;
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
        include: { revisions: { orderBy: { number: 'desc' }, take: 1 } },
      }),
      this.prisma.client.replica.findMany({
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        include: { revision: { include: { deployment: true } } },
      }),
      this.prisma.client.node.findMany(),
    ]);
    return {
      deployments: deployments.flatMap(({ revisions, ...deployment }) =>
        revisions.map(({ id, number, modelDigest, modelName, spec }) => ({
          ...deployment,
          revision: { id, number, modelDigest, modelName, spec: replicaSpecSchema.parse(spec) },
        })),
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

  /** False when the name is taken. */
  async create(deployment: NewDeployment): Promise<boolean> {
    const { modelDigest, modelName, spec, ...rest } = deployment;
    return this.prisma.client.$transaction(async (tx) => {
      const [made] = await tx.deployment.createManyAndReturn({
        data: [rest],
        skipDuplicates: true,
      });
      if (made === undefined) return false;
      await tx.revision.create({
        data: { deploymentId: made.id, number: 1, modelDigest, modelName, spec },
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

/** The replicas of each node in PostgreSQL. Every change of them raises the node's generation. */
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../infra/prisma.service.js';
import type { PlacementAction } from '../placement/placement-plan.pure.js';

@Injectable()
export class AssignmentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Writes a plan's placements and removals in one transaction. */
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

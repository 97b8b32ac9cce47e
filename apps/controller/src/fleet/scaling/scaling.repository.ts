/** What scaling writes. Each write holds only while what it was decided by does. */
import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { SYSTEM } from '../../common/principal.pure.js';
import { PrismaService } from '../../infra/prisma.service.js';

export interface ReplicaStep {
  deploymentId: string;
  name: string;
  from: number;
  to: number;
  reason: string;
}

@Injectable()
export class ScalingRepository {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  /** False: somebody has changed the number in the meantime, or made it fixed. */
  async step({ deploymentId, name, from, to, reason }: ReplicaStep): Promise<boolean> {
    return this.prisma.client.$transaction(async (tx) => {
      const { count } = await tx.deployment.updateMany({
        where: { id: deploymentId, desiredReplicas: from, maxReplicas: { not: null } },
        data: { desiredReplicas: to },
      });
      if (count === 0) return false;
      await this.audit.record(tx, SYSTEM, {
        action: 'deployment.scale',
        subjectKind: 'deployment',
        subjectId: name,
        before: { replicas: from },
        after: { replicas: to, reason },
      });
      return true;
    });
  }

  async unload(deploymentId: string, at: Date): Promise<boolean> {
    const { count } = await this.prisma.client.deployment.updateMany({
      where: { id: deploymentId, unloadedAt: null },
      data: { unloadedAt: at },
    });
    return count > 0;
  }

  /** False: it was not unloaded any more. */
  async wake(deploymentId: string): Promise<boolean> {
    const { count } = await this.prisma.client.deployment.updateMany({
      where: { id: deploymentId, unloadedAt: { not: null } },
      data: { unloadedAt: null },
    });
    return count > 0;
  }
}

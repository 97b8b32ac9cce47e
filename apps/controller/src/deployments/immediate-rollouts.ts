/**
 * {@link Rollouts} in one step: the new revision serves from now on, replicas of the old one drain
 * and go, and new ones take their place.
 */
import { Injectable } from '@nestjs/common';
import type { Transaction } from '../infra/prisma.service.js';
import { Rollouts, type RevisionChange } from './rollouts.port.js';

@Injectable()
export class ImmediateRollouts extends Rollouts {
  async begin(tx: Transaction, change: RevisionChange): Promise<null> {
    const { deploymentId, modelDigest, modelName, spec } = change;
    const { _max } = await tx.revision.aggregate({
      where: { deploymentId },
      _max: { number: true },
    });
    const number = (_max.number ?? 0) + 1;
    const { id } = await tx.revision.create({
      data: { deploymentId, number, modelDigest, modelName, spec },
    });
    await tx.deployment.update({
      where: { id: deploymentId },
      data: { currentRevisionId: id },
    });
    return null;
  }
}

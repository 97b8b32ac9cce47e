/** How a deployment gets from one revision to the next. */
import type { ReplicaSpec } from '@corral/contracts';
import type { RolloutStrategy } from '@corral/contracts/http';
import type { Principal } from '../common/principal.js';
import type { Transaction } from '../infra/prisma.service.js';

export interface RevisionChange {
  deploymentId: string;
  modelDigest: string;
  modelName: string;
  spec: ReplicaSpec;
  strategy: RolloutStrategy;
  principal: Principal;
}

export abstract class Rollouts {
  /**
   * Makes the revision, in the transaction of the change. Gives the rollout's id; null: the revision
   * serves at once. Throws `conflict` while another rollout is under way.
   */
  abstract begin(tx: Transaction, change: RevisionChange): Promise<string | null>;
}

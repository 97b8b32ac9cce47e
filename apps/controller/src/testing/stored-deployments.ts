/** Deployments as the database has them, with values of which a spec changes some. */
import { placementSchema, replicaSpecSchema } from '@corral/contracts';
import type { StoredDeployment } from '../deployments/desired-state.pure.js';
import { MODEL_DIGEST } from './heartbeats.js';

export function storedDeployment(
  name: string,
  change: Partial<StoredDeployment> = {},
): StoredDeployment {
  return {
    id: `${name}-id`,
    name,
    aliases: [],
    desiredReplicas: 1,
    minReplicas: null,
    maxReplicas: null,
    idleTimeoutS: null,
    unloadedAt: null,
    rollout: null,
    pinnedNodeId: null,
    placement: placementSchema.parse({}),
    createdAt: new Date(0),
    revision: {
      id: `${name}-r1`,
      number: 1,
      modelDigest: MODEL_DIGEST,
      modelName: 'tiny.gguf',
      spec: replicaSpecSchema.parse({}),
    },
    ...change,
  };
}

/** What is to run where, as the database has it: deployments, their replicas, and each node's generation. */
import type { Placement, ReplicaSpec, Reservation } from '@corral/contracts';
import type { Rollout } from '../rollouts/rollout-state.pure.js';

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

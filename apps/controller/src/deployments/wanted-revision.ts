/**
 * What should be of each revision, the common ground of those who decide how many (an admin, scaling,
 * a rollout) and the one who decides where (placement). Pure.
 */
import type { Placement, ReplicaSpec } from '@corral/contracts';

export interface WantedRevision {
  deployment: string;
  revisionId: string;
  modelDigest: string;
  spec: ReplicaSpec;
  /** How many replicas of it there should be now. */
  replicas: number;
  /** Where they must be; null: wherever they fit. */
  pinnedNodeId: string | null;
  placement: Placement;
}

/** A deployment as an admin or scaling left it. */
interface DesiredDeployment extends Pick<WantedRevision, 'pinnedNodeId' | 'placement'> {
  name: string;
  desiredReplicas: number;
  unloadedAt: Date | null;
  revision: Pick<WantedRevision, 'modelDigest' | 'spec'> & { id: string };
}

/** Of a deployment that is not between two revisions: its one revision, in the number desired. */
export function wantedOf(deployment: DesiredDeployment): WantedRevision {
  const { name, revision, desiredReplicas, pinnedNodeId, placement, unloadedAt } = deployment;
  return {
    deployment: name,
    revisionId: revision.id,
    modelDigest: revision.modelDigest,
    spec: revision.spec,
    replicas: unloadedAt === null ? desiredReplicas : 0,
    pinnedNodeId,
    placement,
  };
}

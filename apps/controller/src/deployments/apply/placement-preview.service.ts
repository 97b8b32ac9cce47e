/** Where replicas would go if deployments were changed so: placement's own plan, not carried out. */
import { Injectable } from '@nestjs/common';
import { NodesService } from '../../nodes/nodes.service.js';
import type { DeploymentSettings } from '../deployment-settings.js';
import type { StoredDeployment } from '../deployments.repository.js';
import { DeploymentsService } from '../deployments.service.js';
import { planPlacement } from '../placement-plan.js';
import { candidateOf } from '../reconciler.service.js';
import { wantedOf, type WantedRevision } from '../wanted-revision.js';
import { resultOf, type PlannedChange } from './apply-plan.js';

export interface PreviewedPlacement {
  /** Names of nodes, one entry for each new replica. */
  placedOn: string[];
  /** Null: none would be missing. */
  missing: string | null;
}

@Injectable()
export class PlacementPreview {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly nodes: NodesService,
  ) {}

  /** By deployment; those that are not in `changes` stay as they are. */
  of(
    changes: readonly PlannedChange[],
    stored: readonly StoredDeployment[],
  ): Map<string, PreviewedPlacement> {
    const changed = new Set(changes.map(({ name }) => name));
    const staying = stored.filter(({ name }) => !changed.has(name)).map(wantedOf);
    const wanted = changes.flatMap((change) =>
      resultOf(change).map((settings) => wantedAfter(change, settings)),
    );
    const { generations, replicas } = this.deployments.desired();
    const observed = this.nodes
      .observed()
      .filter(({ heartbeat }) => generations.has(heartbeat.nodeId));
    const plan = planPlacement([...staying, ...wanted], replicas, observed.map(candidateOf));
    const nameOf = (nodeId: string): string =>
      observed.find(({ heartbeat }) => heartbeat.nodeId === nodeId)?.heartbeat.name ?? nodeId;
    return new Map(
      wanted.map(({ deployment }) => {
        const placedOn = plan.actions.flatMap((action) =>
          action.action === 'place' && action.deployment === deployment
            ? [nameOf(action.nodeId)]
            : [],
        );
        return [deployment, { placedOn, missing: plan.reasons.get(deployment) ?? null }];
      }),
    );
  }
}

/** A revision that is not made yet goes by a name of its own. */
function wantedAfter(change: PlannedChange, settings: DeploymentSettings): WantedRevision {
  const { name, desiredReplicas, pinnedNodeId, placement, modelDigest, spec } = settings;
  const isNew = change.action === 'create' || (change.action === 'change' && change.needsRevision);
  const id = isNew ? `new ${name}` : change.before.revision.id;
  const unloadedAt = change.action === 'unchanged' ? change.before.unloadedAt : null;
  const revision = { id, modelDigest, spec };
  return wantedOf({ name, desiredReplicas, pinnedNodeId, placement, unloadedAt, revision });
}

/** Where replicas would go if deployments were changed so: placement's own plan, not carried out. */
import { Injectable } from '@nestjs/common';
import { NodesService } from '../../nodes/nodes.service.js';
import type { DeploymentSettings } from '../../deployments/deployment-settings.pure.js';
import type { StoredDeployment } from '../../deployments/desired-state.pure.js';
import { PlacementService } from '../../placement/placement.service.js';
import {
  desiredNow,
  wantedRevision,
  type WantedRevision,
} from '../../deployments/wanted-revision.pure.js';
import { resultOf, type PlannedChange } from './apply-plan.pure.js';

export interface PreviewedPlacement {
  /** Names of nodes, one entry for each new replica. */
  placedOn: string[];
  /** Null: none would be missing. */
  missing: string | null;
}

@Injectable()
export class PlacementPreview {
  constructor(
    private readonly placement: PlacementService,
    private readonly nodes: NodesService,
  ) {}

  /** By deployment; those that are not in `changes` stay as they are. Waits for what is measured. */
  async of(
    changes: readonly PlannedChange[],
    stored: readonly StoredDeployment[],
  ): Promise<Map<string, PreviewedPlacement>> {
    const changed = new Set(changes.map(({ name }) => name));
    const staying = stored
      .filter(({ name }) => !changed.has(name))
      .map((one) => wantedRevision(one, one.revision, desiredNow(one)));
    const wanted = changes.flatMap((change) =>
      resultOf(change).map((settings) => wantedAfter(change, settings)),
    );
    await Promise.all(wanted.map((revision) => this.placement.measuredNeedOf(revision)));
    const plan = this.placement.plan([...staying, ...wanted]);
    const observed = this.nodes.observed();
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
  const where = { name, pinnedNodeId, placement };
  const replicas = desiredNow({ desiredReplicas, unloadedAt });
  return wantedRevision(where, { id, modelDigest, spec }, replicas);
}

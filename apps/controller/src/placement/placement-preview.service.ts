/** Where replicas would go, for an admin who has not decided yet. */
import { Injectable } from '@nestjs/common';
import type { PlacementPlanView, PlanPlacement } from '@corral/contracts/http';
import { FailureException } from '../common/failure-exception.pure.js';
import { NodesService } from '../nodes/nodes.service.js';
import { chooseModel } from '../deployments/model-choice.pure.js';
import { previewPlacement } from './placement-preview.pure.js';
import { PlacementService } from './placement.service.js';

/** No deployment can have this name, so that it counts as one more. */
const NEW = '';

@Injectable()
export class PlacementPreviewService {
  constructor(
    private readonly placement: PlacementService,
    private readonly nodes: NodesService,
  ) {}

  /** Takes as long as a measurement, some seconds. Throws `not_found` for an unknown model. */
  async plan(request: PlanPlacement): Promise<PlacementPlanView> {
    const inStores = this.nodes.models().map(({ model }) => model);
    const chosen = chooseModel(request.model, inStores);
    if (!chosen.ok) throw new FailureException(chosen.failure);
    const { modelDigest, modelName } = chosen.model;
    const { spec, placement, replicas } = request;
    const state = await this.placement.measuredNeedOf({ modelDigest, spec });
    if (!state.known) {
      return { modelDigest, modelName, estimate: null, reason: state.reason, nodes: [] };
    }
    const preview = previewPlacement(
      {
        deployment: NEW,
        revisionId: NEW,
        modelDigest,
        spec,
        placement,
        replicas,
        pinnedNodeId: request.nodeId ?? null,
      },
      state.need,
      this.placement.cluster(),
    );
    return { modelDigest, modelName, estimate: state.need.estimate, ...preview };
  }
}

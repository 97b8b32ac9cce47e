import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ModelFilesModule } from '../model-files/model-files.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { RolloutBeginnerModule } from '../rollouts/rollout-beginner.module.js';
import { ApplyController } from './apply/apply.controller.js';
import { ApplyService } from './apply/apply.service.js';
import { PlacementPreview } from './apply/placement-preview.service.js';
import { DeploymentAdminService } from './deployment-admin.service.js';
import { DeploymentWriter } from './deployment-writer.js';
import { DeploymentsController } from './deployments.controller.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { DeploymentsService } from './deployments.service.js';
import { EstimatesService } from './placement/estimates.service.js';
import { MemoryMarginsService } from './placement/memory-margins.service.js';
import { PlacementPreviewService } from './placement/placement-preview.service.js';
import { PlacementController } from './placement/placement.controller.js';
import { PlacementService } from './placement/placement.service.js';
import { ReconcilerService } from './reconciler.service.js';
import { RevisionsController } from './revisions.controller.js';
import { Demand } from './scaling/demand.service.js';
import { ScalingRepository } from './scaling/scaling.repository.js';
import { ScalingService } from './scaling/scaling.service.js';
import { WakeService } from './scaling/wake.service.js';

@Module({
  imports: [AuditModule, NodesModule, ModelFilesModule, RolloutBeginnerModule],
  controllers: [DeploymentsController, RevisionsController, ApplyController, PlacementController],
  providers: [
    DeploymentsService,
    DeploymentsRepository,
    DeploymentAdminService,
    DeploymentWriter,
    ApplyService,
    PlacementPreview,
    ReconcilerService,
    PlacementService,
    PlacementPreviewService,
    EstimatesService,
    MemoryMarginsService,
    Demand,
    ScalingService,
    ScalingRepository,
    WakeService,
  ],
  exports: [DeploymentsService, PlacementService, Demand],
})
export class DeploymentsModule {}

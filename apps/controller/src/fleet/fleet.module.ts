import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { ModelFilesModule } from '../model-files/model-files.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { PlacementModule } from '../placement/placement.module.js';
import { RolloutsModule } from '../rollouts/rollouts.module.js';
import { ApplyController } from './apply/apply.controller.js';
import { ApplyService } from './apply/apply.service.js';
import { PlacementPreview } from './apply/placement-preview.service.js';
import { AssignmentSender } from './assignment-sender.service.js';
import { AssignmentsRepository } from './assignments.repository.js';
import { ReconcilerService } from './reconciler.service.js';
import { RevisionTrafficRepository } from './rollouts/revision-traffic.repository.js';
import { RolloutPlanner } from './rollouts/rollout-planner.js';
import { RolloutRunner } from './rollouts/rollout-runner.service.js';
import { RolloutStarter } from './rollouts/rollout-starter.js';
import { RolloutWatch } from './rollouts/rollout-watch.service.js';
import { RolloutsController } from './rollouts/rollouts.controller.js';
import { RolloutsService } from './rollouts/rollouts.service.js';
import { Demand } from './scaling/demand.service.js';
import { DeploymentLoad } from './scaling/deployment-load.service.js';
import { ScalingRepository } from './scaling/scaling.repository.js';
import { ScalingService } from './scaling/scaling.service.js';
import { WakeService } from './scaling/wake.service.js';

/** Everything that moves replicas: the leader's loop, scaling, rollouts under way, and apply. */
@Module({
  imports: [
    AuditModule,
    DeploymentsModule,
    ModelFilesModule,
    NodesModule,
    PlacementModule,
    RolloutsModule,
  ],
  controllers: [ApplyController, RolloutsController],
  providers: [
    ReconcilerService,
    AssignmentSender,
    AssignmentsRepository,
    ApplyService,
    PlacementPreview,
    RolloutsService,
    RolloutStarter,
    RolloutPlanner,
    RolloutRunner,
    RolloutWatch,
    RevisionTrafficRepository,
    Demand,
    DeploymentLoad,
    ScalingService,
    ScalingRepository,
    WakeService,
  ],
  exports: [Demand, RolloutsService],
})
export class FleetModule {}

import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { RevisionTrafficRepository } from './revision-traffic.repository.js';
import { RolloutBeginnerModule } from './rollout-beginner.module.js';
import { RolloutPlanner } from './rollout-planner.js';
import { RolloutRunner } from './rollout-runner.service.js';
import { RolloutStarter } from './rollout-starter.js';
import { RolloutsController } from './rollouts.controller.js';
import { RolloutsService } from './rollouts.service.js';

@Module({
  imports: [AuditModule, DeploymentsModule, NodesModule, RolloutBeginnerModule],
  controllers: [RolloutsController],
  providers: [
    RolloutsService,
    RolloutStarter,
    RolloutPlanner,
    RolloutRunner,
    RevisionTrafficRepository,
  ],
  exports: [RolloutsService],
})
export class RolloutsModule {}

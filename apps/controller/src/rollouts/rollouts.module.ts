import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { RevisionTrafficRepository } from './revision-traffic.repository.js';
import { RolloutPlanner } from './rollout-planner.js';
import { RolloutRunner } from './rollout-runner.service.js';
import { RolloutStarter } from './rollout-starter.js';
import { RolloutsController } from './rollouts.controller.js';
import { RolloutsRepository } from './rollouts.repository.js';
import { RolloutsService } from './rollouts.service.js';

@Module({
  imports: [AuditModule, DeploymentsModule, NodesModule],
  controllers: [RolloutsController],
  providers: [
    RolloutsService,
    RolloutsRepository,
    RolloutStarter,
    RolloutPlanner,
    RolloutRunner,
    RevisionTrafficRepository,
  ],
  exports: [RolloutsService],
})
export class RolloutsModule {}

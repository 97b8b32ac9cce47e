import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { RolloutsModule } from '../rollouts/rollouts.module.js';
import { DeploymentAdminService } from './deployment-admin.service.js';
import { DeploymentWriter } from './deployment-writer.js';
import { DeploymentsController } from './deployments.controller.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { DeploymentsService } from './deployments.service.js';
import { RevisionsController } from './revisions.controller.js';

@Module({
  imports: [AuditModule, NodesModule, RolloutsModule],
  controllers: [DeploymentsController, RevisionsController],
  providers: [DeploymentsService, DeploymentsRepository, DeploymentAdminService, DeploymentWriter],
  exports: [DeploymentsService, DeploymentWriter],
})
export class DeploymentsModule {}

import { Module } from '@nestjs/common';
import { NodesModule } from '../nodes/nodes.module.js';
import { DeploymentsController } from './deployments.controller.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { DeploymentsService } from './deployments.service.js';
import { ReconcilerService } from './reconciler.service.js';

@Module({
  imports: [NodesModule],
  controllers: [DeploymentsController],
  providers: [DeploymentsService, DeploymentsRepository, ReconcilerService],
  exports: [DeploymentsService],
})
export class DeploymentsModule {}

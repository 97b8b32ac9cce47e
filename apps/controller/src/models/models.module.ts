import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { ModelsController } from './models.controller.js';
import { ModelsService } from './models.service.js';

@Module({
  imports: [NodesModule, DeploymentsModule],
  controllers: [ModelsController],
  providers: [ModelsService],
})
export class ModelsModule {}

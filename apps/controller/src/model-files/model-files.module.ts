import { Module } from '@nestjs/common';
import { NodesModule } from '../nodes/nodes.module.js';
import { ModelFilesService } from './model-files.service.js';
import { ModelRelayController } from './model-relay.controller.js';

@Module({
  imports: [NodesModule],
  controllers: [ModelRelayController],
  providers: [ModelFilesService],
  exports: [ModelFilesService],
})
export class ModelFilesModule {}

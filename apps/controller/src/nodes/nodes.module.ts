import { Module } from '@nestjs/common';
import { HeartbeatController } from './heartbeat.controller.js';
import { NodeCommandsService } from './node-commands.service.js';
import { NodesController } from './nodes.controller.js';
import { NodesService } from './nodes.service.js';

@Module({
  controllers: [HeartbeatController, NodesController],
  providers: [NodesService, NodeCommandsService],
  exports: [NodesService, NodeCommandsService],
})
export class NodesModule {}

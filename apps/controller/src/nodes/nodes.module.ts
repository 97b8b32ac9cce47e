import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { HeartbeatController } from './registry/heartbeat.controller.js';
import { NodeAdminService } from './node-admin.service.js';
import { NodeCommandsService } from './node-commands.service.js';
import { NodeSettingsService } from './node-settings.service.js';
import { NodesController } from './nodes.controller.js';
import { NodesRepository } from './nodes.repository.js';
import { NodesService } from './nodes.service.js';

@Module({
  imports: [AuditModule],
  controllers: [HeartbeatController, NodesController],
  providers: [
    NodesService,
    NodeCommandsService,
    NodesRepository,
    NodeSettingsService,
    NodeAdminService,
  ],
  exports: [NodesService, NodeCommandsService, NodeSettingsService],
})
export class NodesModule {}

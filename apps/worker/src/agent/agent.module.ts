import { Module } from '@nestjs/common';
import { GenerationModule } from '../generation/generation.module.js';
import { HardwareModule } from '../hardware/hardware.module.js';
import { ModelsModule } from '../models/models.module.js';
import { SupervisorModule } from '../supervisor/supervisor.module.js';
import { TransferModule } from '../transfer/transfer.module.js';
import { AgentController } from './agent.controller.js';
import { DepartureService } from './departure.service.js';
import { HeartbeatService } from './heartbeat.service.js';
import { MachineUseService } from './machine-use.service.js';
import { NodeOpService } from './node-op.service.js';
import { FilesReport } from './report/files-report.js';
import { MachineReport } from './report/machine-report.js';
import { WorkReport } from './report/work-report.js';
import { ReconcileService } from './reconcile.service.js';

@Module({
  imports: [HardwareModule, ModelsModule, TransferModule, SupervisorModule, GenerationModule],
  controllers: [AgentController],
  providers: [
    ReconcileService,
    MachineUseService,
    MachineReport,
    WorkReport,
    FilesReport,
    HeartbeatService,
    NodeOpService,
    DepartureService,
  ],
})
export class AgentModule {}

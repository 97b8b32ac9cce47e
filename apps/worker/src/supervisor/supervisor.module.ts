import { Module } from '@nestjs/common';
import { HardwareModule } from '../hardware/hardware.module.js';
import { ModelsModule } from '../models/models.module.js';
import { AdmissionService } from './admission.service.js';
import { ReplicasService } from './replicas.service.js';

@Module({
  imports: [HardwareModule, ModelsModule],
  providers: [AdmissionService, ReplicasService],
  exports: [ReplicasService],
})
export class SupervisorModule {}

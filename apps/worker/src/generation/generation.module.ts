import { Module } from '@nestjs/common';
import { SupervisorModule } from '../supervisor/supervisor.module.js';
import { GenerationService } from './generation.service.js';

@Module({
  imports: [SupervisorModule],
  providers: [GenerationService],
  exports: [GenerationService],
})
export class GenerationModule {}

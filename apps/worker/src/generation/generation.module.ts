import { Module } from '@nestjs/common';
import { SupervisorModule } from '../supervisor/supervisor.module.js';
import { ContactService } from './contact.service.js';
import { GenerationService } from './generation.service.js';

@Module({
  imports: [SupervisorModule],
  providers: [ContactService, GenerationService],
  exports: [GenerationService],
})
export class GenerationModule {}

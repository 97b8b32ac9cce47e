import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { GenerationView } from '@corral/contracts/http';
import { RequiresRole } from '../common/access.decorator.js';
import { SchedulingService } from './scheduling.service.js';

/** What this controller has under way; another one has its own. */
@ApiTags('Requests')
@Controller('admin/v1/generations')
@RequiresRole('admin', 'viewer')
export class GenerationsController {
  constructor(private readonly scheduling: SchedulingService) {}

  /** Oldest first: what waits, where in the queue and for what; what runs, where and why there. */
  @Get()
  list(): { data: GenerationView[] } {
    return { data: this.scheduling.views() };
  }
}

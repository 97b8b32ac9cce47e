import { Module } from '@nestjs/common';
import { NodesModule } from '../nodes/nodes.module.js';
import { SchedulingModule } from '../scheduling/scheduling.module.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

@Module({
  imports: [SchedulingModule, NodesModule],
  controllers: [HealthController, MetricsController],
})
export class HealthModule {}

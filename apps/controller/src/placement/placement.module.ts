import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { EstimatesService } from './memory/estimates.service.js';
import { MemoryMarginsService } from './memory/memory-margins.service.js';
import { PlacementPreviewService } from './placement-preview.service.js';
import { PlacementController } from './placement.controller.js';
import { PlacementService } from './placement.service.js';

@Module({
  imports: [DeploymentsModule, NodesModule],
  controllers: [PlacementController],
  providers: [PlacementService, PlacementPreviewService, EstimatesService, MemoryMarginsService],
  exports: [PlacementService],
})
export class PlacementModule {}

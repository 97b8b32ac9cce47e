import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { SchedulingModule } from '../scheduling/scheduling.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { OverviewController } from './overview.controller.js';
import { OverviewService } from './overview.service.js';

@Module({
  imports: [NodesModule, DeploymentsModule, SchedulingModule, LedgerModule],
  controllers: [OverviewController],
  providers: [OverviewService],
})
export class OverviewModule {}

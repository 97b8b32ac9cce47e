import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { CostReportsService } from './cost-reports.service.js';
import { CostSumsRepository } from './cost-sums.repository.js';
import { CostRepository } from './cost.repository.js';
import { CostsController } from './costs.controller.js';
import { CostsService } from './costs.service.js';
import { PriceMemory } from './price-memory.service.js';
import { PricesController } from './prices.controller.js';
import { PricesService } from './prices.service.js';
import { ReferencesService } from './references.service.js';

@Module({
  imports: [AuditModule, DeploymentsModule, NodesModule],
  controllers: [CostsController, PricesController],
  providers: [
    CostsService,
    CostReportsService,
    CostRepository,
    CostSumsRepository,
    PriceMemory,
    PricesService,
    ReferencesService,
  ],
  exports: [CostsService],
})
export class CostsModule {}

import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { CostReportsService } from './reports/cost-reports.service.js';
import { CostSumsRepository } from './reports/cost-sums.repository.js';
import { CostRepository } from './cost.repository.js';
import { CostsController } from './reports/costs.controller.js';
import { CostsService } from './costs.service.js';
import { PriceMemory } from './price-book/price-memory.service.js';
import { PricesController } from './price-book/prices.controller.js';
import { PricesService } from './price-book/prices.service.js';
import { ReferenceSettingsService } from './price-book/reference-settings.service.js';
import { ReferencesService } from './price-book/references.service.js';

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
    ReferenceSettingsService,
    ReferencesService,
  ],
  exports: [CostsService],
})
export class CostsModule {}

import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { DeploymentsModule } from '../deployments/deployments.module.js';
import { FleetModule } from '../fleet/fleet.module.js';
import { LostRequestsModule } from '../lost-requests/lost-requests.module.js';
import { CostsModule } from '../costs/costs.module.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { SchedulingModule } from '../scheduling/scheduling.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { CompletionService } from './completion.service.js';
import { OpenAiController } from './openai/openai.controller.js';

/** The public API. A dialect is one folder here, and touches no other. */
@Module({
  imports: [
    ApiKeysModule,
    CostsModule,
    DeploymentsModule,
    FleetModule,
    LostRequestsModule,
    QuotasModule,
    SchedulingModule,
    LedgerModule,
  ],
  controllers: [OpenAiController],
  providers: [CompletionService],
})
export class GatewayModule {}

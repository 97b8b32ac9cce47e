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
import { DIALECTS } from './dialects.js';

/** The public API. A dialect is one folder here and one line in dialects.ts. */
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
  controllers: DIALECTS.flatMap(({ controllers }) => controllers),
  providers: [CompletionService],
})
export class GatewayModule {}

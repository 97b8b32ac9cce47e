import { Module } from '@nestjs/common';
import { CostsModule } from '../costs/costs.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { LostRequests } from './lost-requests.service.js';
import { StreamProgressService } from './stream-progress.service.js';

/** Settles what controllers left open when they died. */
@Module({
  imports: [CostsModule, LedgerModule],
  providers: [LostRequests, StreamProgressService],
  exports: [StreamProgressService],
})
export class LostRequestsModule {}

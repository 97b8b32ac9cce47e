import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CostsModule } from '../costs/costs.module.js';
import { LedgerCheckService } from './ledger-check.service.js';
import { LedgerRebuild } from './ledger-rebuild.service.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerRetention } from './ledger-retention.service.js';
import { LedgerWriter } from './ledger-writer.service.js';
import { LostRequests } from './lost-requests.service.js';
import { RequestRates } from './request-rates.js';
import { RequestsController } from './requests.controller.js';
import { RequestsService } from './requests.service.js';
import { SettlementService } from './settlement.service.js';
import { StreamProgressService } from './stream-progress.service.js';
import { UsageController } from './usage.controller.js';
import { UsageReports } from './usage-report.service.js';
import { UsageSpool } from './usage-spool.service.js';

@Module({
  imports: [AuditModule, CostsModule],
  controllers: [RequestsController, UsageController],
  providers: [
    SettlementService,
    StreamProgressService,
    UsageSpool,
    LedgerRepository,
    LedgerWriter,
    LostRequests,
    LedgerCheckService,
    LedgerRebuild,
    LedgerRetention,
    UsageReports,
    RequestsService,
    RequestRates,
  ],
  exports: [SettlementService, StreamProgressService, RequestRates],
})
export class UsageModule {}

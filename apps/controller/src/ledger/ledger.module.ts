import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { LedgerCheckService } from './checks/ledger-check.service.js';
import { LedgerUpkeep } from './checks/ledger-upkeep.service.js';
import { LedgerRebuild } from './checks/ledger-rebuild.service.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerRetention } from './checks/ledger-retention.service.js';
import { LedgerWriter } from './settlement/ledger-writer.service.js';
import { RequestRates } from './settlement/request-rates.js';
import { RequestsController } from './reports/requests.controller.js';
import { RequestsService } from './reports/requests.service.js';
import { SettlementService } from './settlement/settlement.service.js';
import { UsageController } from './reports/usage.controller.js';
import { UsageReports } from './reports/usage-report.service.js';
import { UsageSpool } from './settlement/usage-spool.service.js';

@Module({
  imports: [AuditModule],
  controllers: [RequestsController, UsageController],
  providers: [
    SettlementService,
    UsageSpool,
    LedgerRepository,
    LedgerWriter,
    LedgerCheckService,
    LedgerUpkeep,
    LedgerRebuild,
    LedgerRetention,
    UsageReports,
    RequestsService,
    RequestRates,
  ],
  exports: [SettlementService, LedgerWriter, RequestRates],
})
export class LedgerModule {}

import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CostsModule } from '../costs/costs.module.js';
import { DatabaseClock } from './leases/database-clock.js';
import { KeyInfoService } from './key-info.service.js';
import { LeaseAccounts } from './leases/lease-accounts.js';
import { LeaseDesk } from './leases/lease-desk.service.js';
import { LeasePresence } from './leases/lease-presence.service.js';
import { LeaseTalks } from './leases/lease-talks.service.js';
import { LeasesRepository } from './leases/leases.repository.js';
import { QuotaAdminService } from './quota-admin.service.js';
import { QuotaPolicies } from './quota-policies.service.js';
import { QuotasController } from './quotas.controller.js';
import { QuotasRepository } from './quotas.repository.js';
import { QuotasService } from './quotas.service.js';

@Module({
  imports: [AuditModule, CostsModule],
  controllers: [QuotasController],
  providers: [
    DatabaseClock,
    LeasesRepository,
    LeaseAccounts,
    LeaseTalks,
    LeasePresence,
    LeaseDesk,
    QuotasRepository,
    QuotaPolicies,
    QuotasService,
    QuotaAdminService,
    KeyInfoService,
  ],
  exports: [QuotasService, KeyInfoService],
})
export class QuotasModule {}

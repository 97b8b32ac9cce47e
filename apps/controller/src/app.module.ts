import { Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { drain } from './common/drain.js';
import { StopState } from './common/stopping.js';
import { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { CostsModule } from './costs/costs.module.js';
import { DeploymentsModule } from './deployments/deployments.module.js';
import { EnrolmentModule } from './enrolment/enrolment.module.js';
import { FleetModule } from './fleet/fleet.module.js';
import { LostRequestsModule } from './lost-requests/lost-requests.module.js';
import { PlacementModule } from './placement/placement.module.js';
import { GatewayModule } from './gateway/gateway.module.js';
import { HealthModule } from './health/health.module.js';
import { InfraModule } from './infra/infra.module.js';
import { ModelsModule } from './models/models.module.js';
import { NodesModule } from './nodes/nodes.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { QuotasModule } from './quotas/quotas.module.js';
import { RolloutsModule } from './rollouts/rollouts.module.js';
import { SchedulingModule } from './scheduling/scheduling.module.js';
import { SchedulingService } from './scheduling/scheduling.service.js';
import { TenantsModule } from './tenants/tenants.module.js';
import { LedgerModule } from './ledger/ledger.module.js';

@Module({})
export class AppModule implements OnModuleDestroy {
  constructor(
    private readonly scheduling: SchedulingService,
    private readonly config: Config,
    private readonly state: StopState,
  ) {}

  /** The first to hear of a stop: what is under way may end, and nothing new begins. */
  async onModuleDestroy(): Promise<void> {
    this.state.isStopping = true;
    const underWay = (): number => this.scheduling.counts.running + this.scheduling.counts.waiting;
    await drain(underWay, this.config.drainMs);
  }

  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      providers: [StopState],
      imports: [
        ConfigModule.with(config),
        InfraModule,
        AuditModule,
        AuthModule,
        TenantsModule,
        ApiKeysModule,
        NodesModule,
        EnrolmentModule,
        ModelsModule,
        DeploymentsModule,
        RolloutsModule,
        PlacementModule,
        FleetModule,
        SchedulingModule,
        QuotasModule,
        LedgerModule,
        LostRequestsModule,
        CostsModule,
        OverviewModule,
        HealthModule,
        GatewayModule,
      ],
    };
  }
}

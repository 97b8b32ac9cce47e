/** Costs on a real database, with one node, one deployment and two teams; time is driven by hand. */
import { connectBus, type Bus } from '@corral/bus';
import { createDeploymentSchema, type Role, type SetNodePrice } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM, type Principal } from '../common/principal.pure.js';
import { CostReportsService } from '../costs/reports/cost-reports.service.js';
import { CostSumsRepository } from '../costs/reports/cost-sums.repository.js';
import { CostRepository } from '../costs/cost.repository.js';
import { CostsService } from '../costs/costs.service.js';
import { PriceMemory } from '../costs/price-book/price-memory.service.js';
import { PricesService } from '../costs/price-book/prices.service.js';
import { ReferenceSettingsService } from '../costs/price-book/reference-settings.service.js';
import { ReferencesService } from '../costs/price-book/references.service.js';
import { DeploymentAdminService } from '../deployments/deployment-admin.service.js';
import { DeploymentWriter } from '../deployments/deployment-writer.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { RolloutBeginner } from '../rollouts/rollout-beginner.js';
import { RolloutsRepository } from '../rollouts/rollouts.repository.js';
import { Prisma, PrismaService } from '../infra/prisma.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { insertDays } from '../ledger/sums/ledger-sums.js';
import { DrivenClock } from './driven-clock.js';
import { heartbeatOf, MODEL_DIGEST, storedModel } from './heartbeats.js';
import { startServers, type TestServers } from './test-servers.js';

/** When it is, as the desk opens. */
export const NOW = new Date('2026-11-24T10:30:00Z');
const HOUR_MS = 3_600_000;

/** $0.10 an hour of hardware; 400 W are $0.10 an hour, 40 W $0.01. */
export const NODE_PRICE: SetNodePrice = {
  hardware: {
    kind: 'bought',
    microdollars: 2_628_000_000,
    lifeMonths: 36,
    purchasedAt: '2026-11-01T00:00:00Z',
  },
  loadWatts: 400,
  idleWatts: 40,
  microdollarsPerKwh: 250_000,
  pueThousandths: 1000,
};

/** Somebody who asks. */
export function asker(role: Role, teamId = 'research', userId = 'ada'): Principal {
  return { ...SYSTEM, kind: 'user', role, teamId, userId };
}
export const admin = asker('admin');

export class CostDesk {
  private constructor(
    readonly servers: TestServers,
    readonly prisma: PrismaService,
    readonly bus: Bus,
    readonly clock: DrivenClock,
    readonly nodes: NodesService,
    readonly deployments: DeploymentsService,
    readonly repository: CostRepository,
    readonly memory: PriceMemory,
    readonly sums: CostSumsRepository,
    readonly references: ReferencesService,
    readonly costs: CostsService,
    readonly prices: PricesService,
    readonly referenceSettings: ReferenceSettingsService,
    readonly reports: CostReportsService,
  ) {}

  static async open(): Promise<CostDesk> {
    const servers = await startServers();
    const prisma = new PrismaService(servers.config());
    const bus = await connectBus({ servers: servers.nats.url, name: 'costs' });
    const clock = new DrivenClock(NOW);
    const nodes = new NodesService(clock, prisma, bus);
    const deployments = new DeploymentsService(new DeploymentsRepository(prisma), nodes, bus);
    const repository = new CostRepository(prisma);
    const memory = new PriceMemory(repository, bus);
    const references = new ReferencesService(memory, deployments, nodes, clock);
    const sums = new CostSumsRepository(prisma);
    const costs = new CostsService(memory, references, sums, nodes, clock);
    const audit = new AuditService(prisma);
    const desk = new CostDesk(
      servers,
      prisma,
      bus,
      clock,
      nodes,
      deployments,
      repository,
      memory,
      sums,
      references,
      costs,
      new PricesService(prisma, repository, memory, audit, clock),
      new ReferenceSettingsService(prisma, repository, memory, references, deployments, audit),
      new CostReportsService(prisma, repository, sums, memory, costs, clock),
    );
    await desk.begin();
    return desk;
  }

  async close(): Promise<void> {
    this.memory.onModuleDestroy();
    this.deployments.onModuleDestroy();
    await this.bus.close();
    await this.prisma.onApplicationShutdown();
    await this.servers.remove();
  }

  /** Nothing was used, and no node has a price. */
  async clear(): Promise<void> {
    const { client } = this.prisma;
    await client.usageHour.deleteMany();
    await client.usageDay.deleteMany();
    await client.requestUsage.deleteMany();
    await client.nodePrice.deleteMany();
    await this.memory.changed();
  }

  /** The node has a model of that name and size. */
  hear(name: string, parameters: number): void {
    const facts = {
      name,
      architecture: 'llama',
      parameters,
      contextTokens: 8192,
      quantization: 'Q4_K_M',
      license: null,
      hasChatTemplate: true,
    };
    this.nodes.onHeartbeat(heartbeatOf('gpu-1', { models: [storedModel({ facts })] }));
  }

  /** The days' sums as the hours have them. */
  async sumDays(): Promise<void> {
    await this.prisma.client.$transaction(async (tx) => {
      await tx.usageDay.deleteMany();
      await insertDays(tx, Prisma.sql`true`);
    });
  }

  /** An hour of requests in the roll-up; each of them has a counterfactual. */
  async roll(hour: string, change: Record<string, string | number> = {}): Promise<void> {
    const row = {
      hour: new Date(hour),
      teamId: 'research',
      userId: 'ada',
      keyId: 'key',
      deployment: 'team/assistant',
      nodeId: 'gpu-1',
      requests: 10,
      failed: 0,
      cancelled: 0,
      promptTokens: 900_000,
      cachedTokens: 0,
      completionTokens: 100_000,
      reasoningTokens: 0,
      wastedTokens: 0,
      deviceMs: HOUR_MS,
      millijoules: 0,
      localMicrodollars: 200_000,
      energyMicrodollars: 100_000,
      cloudMicrodollars: 500_000,
      comparedRequests: 10,
      comparedMicrodollars: 200_000,
      ...change,
    };
    await this.prisma.client.usageHour.create({ data: row });
    await this.sumDays();
  }

  private async begin(): Promise<void> {
    this.references.onModuleInit();
    await this.deployments.onModuleInit();
    await this.memory.onModuleInit();
    await this.costs.onModuleInit();
    await this.prisma.client.team.create({ data: { id: 'research', name: 'Research' } });
    this.hear('Meta Llama 3.1 8B Instruct', 8_030_261_312);
    await until('the node’s row', async () => (await this.repository.nodeNames()).size === 1);
    const audit = new AuditService(this.prisma);
    const rollouts = new RolloutBeginner(new RolloutsRepository(this.prisma), audit);
    const writer = new DeploymentWriter(audit, rollouts);
    const administration = new DeploymentAdminService(
      this.prisma,
      this.deployments,
      writer,
      this.nodes,
    );
    await administration.create(
      SYSTEM,
      createDeploymentSchema.parse({ name: 'team/assistant', model: MODEL_DIGEST }),
    );
  }
}

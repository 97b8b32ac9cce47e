/** What decides about limits, as it stands in several controllers on the same servers. */
import { connectBus, type Bus } from '@corral/bus';
import type { AuthenticatedKey } from '../api-keys/authenticated-key.js';
import { AuditService } from '../audit/audit.service.js';
import type { CostsService } from '../costs/costs.service.js';
import { Clock } from '../infra/clock.js';
import { ControllerIdentity } from '../infra/controller-identity.js';
import { PrismaService } from '../infra/prisma.service.js';
import { DatabaseClock } from '../quotas/leases/database-clock.js';
import { LeaseAccounts } from '../quotas/leases/lease-accounts.js';
import { LeaseDesk } from '../quotas/leases/lease-desk.service.js';
import { LeasePresence } from '../quotas/leases/lease-presence.service.js';
import { LeaseTalks } from '../quotas/leases/lease-talks.service.js';
import { LeasesRepository } from '../quotas/leases/leases.repository.js';
import { QuotaPolicies } from '../quotas/quota-policies.service.js';
import { QuotasRepository } from '../quotas/quotas.repository.js';
import { QuotasService } from '../quotas/quotas.service.js';
import type { TestServers } from './test-servers.js';

/** A token costs a microdollar. */
const COSTS = {
  estimate: (_deployment: string, prompt: number, completion: number) => prompt + completion,
} as unknown as CostsService;

export class QuotaController {
  private constructor(
    readonly identity: ControllerIdentity,
    readonly prisma: PrismaService,
    readonly bus: Bus,
    readonly policies: QuotaPolicies,
    private readonly presence: LeasePresence,
    private readonly accounts: LeaseAccounts,
    readonly quotas: QuotasService,
  ) {}

  /** How many controllers it knows of, itself included; told with its next sign of life. */
  get known(): number {
    return this.accounts.controllers;
  }

  static async start(servers: TestServers): Promise<QuotaController> {
    const prisma = new PrismaService(servers.config());
    const bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
    const clock = new Clock();
    const databaseClock = new DatabaseClock(clock);
    const policies = new QuotaPolicies(new QuotasRepository(prisma, new AuditService(prisma)), bus);
    const identity = new ControllerIdentity();
    const leases = new LeasesRepository(prisma);
    const accounts = new LeaseAccounts(clock);
    const talks = new LeaseTalks(leases, identity, clock, databaseClock);
    const desk = new LeaseDesk(accounts, talks, identity, bus, clock);
    const presence = new LeasePresence(
      accounts,
      talks,
      leases,
      identity,
      bus,
      clock,
      databaseClock,
    );
    const quotas = new QuotasService(policies, desk, databaseClock, COSTS);
    await policies.onModuleInit();
    await presence.onModuleInit();
    return new QuotaController(identity, prisma, bus, policies, presence, accounts, quotas);
  }

  /** With what is leased given back, as a controller does that is told to stop. */
  async stop(): Promise<void> {
    this.policies.onModuleDestroy();
    await this.presence.beforeApplicationShutdown();
    await this.bus.close();
    await this.prisma.onApplicationShutdown();
  }
}

/** A service key of the default team. */
export function keyOf(keyId: string): AuthenticatedKey {
  return {
    keyId,
    publicId: keyId,
    name: keyId,
    teamId: 'default',
    userId: null,
    scopes: ['generate'],
    expiresAt: null,
    cacheScope: 'default',
  };
}

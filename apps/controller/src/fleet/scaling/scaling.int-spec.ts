import { connectBus, type Bus } from '@corral/bus';
import { createDeploymentSchema } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { AuditService } from '../../audit/audit.service.js';
import { SYSTEM } from '../../common/principal.pure.js';
import { ControllerIdentity } from '../../infra/controller-identity.js';
import { LeaderService } from '../../infra/leader.service.js';
import { PrismaService } from '../../infra/prisma.service.js';
import { NodesService } from '../../nodes/nodes.service.js';
import type { Generation, GenerationListener } from '../../scheduling/core/generation.js';
import { DrivenClock } from '../../testing/driven-clock.js';
import { heartbeatOf, MODEL_DIGEST } from '../../testing/heartbeats.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { readyReplica } from '../../testing/test-worker.js';
import { DeploymentAdminService } from '../../deployments/deployment-admin.service.js';
import { DeploymentWriter } from '../../deployments/deployment-writer.js';
import { DeploymentsRepository } from '../../deployments/deployments.repository.js';
import { DeploymentsService } from '../../deployments/deployments.service.js';
import { RolloutBeginner } from '../../rollouts/rollout-beginner.js';
import { RolloutsRepository } from '../../rollouts/rollouts.repository.js';
import { Demand } from './demand.service.js';
import { DeploymentLoad } from './deployment-load.service.js';
import { ScalingRepository } from './scaling.repository.js';
import { ScalingService } from './scaling.service.js';
import { WakeService } from './wake.service.js';

class StatedLeader extends LeaderService {
  leads = true;

  override isLeader(): boolean {
    return this.leads;
  }
}

/** What decides about scaling, as it stands in each of two controllers on the same servers. */
class ScalingController {
  readonly clock = new DrivenClock();
  readonly nodes: NodesService;
  readonly deployments: DeploymentsService;
  readonly demand: Demand;
  readonly leader: StatedLeader;
  readonly scaling: ScalingService;
  private readonly wake: WakeService;
  private sequence = 0;

  constructor(servers: TestServers, prisma: PrismaService, bus: Bus) {
    const { clock } = this;
    this.nodes = new NodesService(clock, prisma, bus);
    this.deployments = new DeploymentsService(new DeploymentsRepository(prisma), this.nodes, bus);
    this.demand = new Demand(bus, new ControllerIdentity(), clock);
    this.leader = new StatedLeader(servers.config());
    const repository = new ScalingRepository(prisma, new AuditService(prisma));
    const { leader, nodes, deployments, demand } = this;
    const load = new DeploymentLoad(nodes, demand);
    this.scaling = new ScalingService(leader, deployments, load, repository, bus, clock);
    this.wake = new WakeService(demand, deployments, repository);
  }

  async start(): Promise<void> {
    await this.deployments.onModuleInit();
    this.demand.onModuleInit();
    this.wake.onModuleInit();
  }

  stop(): void {
    this.deployments.onModuleDestroy();
    this.demand.onModuleDestroy();
  }

  /** A heartbeat with so many ready replicas of four slots each, and a look at it. */
  async look(replicas: number, activeSlots = 0): Promise<void> {
    this.sequence += 1;
    const ready = Array.from({ length: replicas }, (_, at) =>
      readyReplica('m', `r-${at}`, { activeSlots: at === 0 ? activeSlots : 0 }),
    );
    this.nodes.onHeartbeat(heartbeatOf('n', { sequence: this.sequence, replicas: ready }));
    await this.scaling.look();
  }
}

describe('scaling', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  const buses: Bus[] = [];
  let leading: ScalingController;
  let other: ScalingController;

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
    for (const name of ['one', 'other']) {
      buses.push(await connectBus({ servers: servers.nats.url, name }));
    }
  });
  beforeEach(async () => {
    await prisma.client.deployment.deleteMany();
    const [one, two] = buses;
    if (one === undefined || two === undefined) throw new Error('there are no buses');
    leading = new ScalingController(servers, prisma, one);
    other = new ScalingController(servers, prisma, two);
    other.leader.leads = false;
    for (const controller of [leading, other]) await controller.start();
  });
  afterEach(() => {
    for (const controller of [leading, other]) controller.stop();
  });
  afterAll(async () => {
    for (const bus of buses) await bus.close();
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  async function deploy(fields: object): Promise<void> {
    const audit = new AuditService(prisma);
    const rollouts = new RolloutBeginner(new RolloutsRepository(prisma), audit);
    const writer = new DeploymentWriter(audit, rollouts);
    const { deployments, nodes } = leading;
    nodes.onHeartbeat(heartbeatOf('n'));
    const body = createDeploymentSchema.parse({ name: 'm', model: MODEL_DIGEST, ...fields });
    await new DeploymentAdminService(prisma, deployments, writer, nodes).create(SYSTEM, body);
    await until('both know it', () => other.deployments.find('m') !== null);
  }
  const stored = () => prisma.client.deployment.findUniqueOrThrow({ where: { name: 'm' } });

  /**
   * A request at that controller that stays without an answer, in its queue unless attempts of it
   * were made; call what it gives to end it.
   */
  function ask(controller: ScalingController, attempts = 0): () => void {
    let tell: GenerationListener = () => undefined;
    controller.demand.follow(
      'm',
      () => undefined,
      (listener) => {
        tell = listener;
        return { report: { attempts }, cancel: () => undefined } as unknown as Generation;
      },
    );
    return () => tell({ type: 'finished', reason: 'stop' });
  }

  it('adds a replica when a request waits at any controller, and says why', async () => {
    await deploy({ minReplicas: 1, maxReplicas: 3 });
    await leading.look(1);
    ask(other);
    other.clock.advance(6_000);
    await until('the leader hears of it', () => leading.demand.of('m').longestWaitMs >= 6_000);
    await leading.look(1);

    expect((await stored()).desiredReplicas).toBe(2);
    expect(leading.deployments.view('m').scaling).toMatchObject({
      from: 1,
      to: 2,
      reason: 'a request has waited 6 s (1 requests for 4 slots)',
    });
    await leading.look(1);
    expect((await stored()).desiredReplicas).toBe(2);
    const entries = await prisma.client.auditEntry.findMany({
      where: { action: 'deployment.scale' },
    });
    expect(entries).toMatchObject([
      { actorKind: 'system', subjectId: 'm', before: { replicas: 1 }, after: { replicas: 2 } },
    ]);
  });

  it('leaves it to the leader', async () => {
    await deploy({ minReplicas: 2, maxReplicas: 3 });
    await prisma.client.deployment.updateMany({ data: { desiredReplicas: 1 } });
    await Promise.all([leading.deployments.refresh(), other.deployments.refresh()]);
    await other.look(1);
    expect((await stored()).desiredReplicas).toBe(1);
    await leading.look(1);
    expect((await stored()).desiredReplicas).toBe(2);
  });

  it('does not undo what an admin has just said', async () => {
    await deploy({ minReplicas: 2, maxReplicas: 3 });
    await prisma.client.deployment.updateMany({
      data: { desiredReplicas: 1, minReplicas: null, maxReplicas: null },
    });
    // The leader has not read it yet, and goes by the bounds.
    leading.deployments.desired().deployments[0]!.desiredReplicas = 1;
    await leading.look(1);
    expect((await stored()).desiredReplicas).toBe(1);
  });

  it('unloads what nobody has asked for, and loads it when somebody asks anywhere', async () => {
    await deploy({ idleTimeoutS: 10 });
    await leading.look(1);
    leading.clock.advance(9_000);
    await leading.look(1);
    expect((await stored()).unloadedAt).toBeNull();
    leading.clock.advance(1_000);
    await leading.look(1);
    expect((await stored()).unloadedAt).not.toBeNull();
    expect(leading.deployments.view('m').state).toBe('unloaded');

    await until('the other knows', () => other.deployments.view('m').state === 'unloaded');
    const end = ask(other);
    await until('it is woken', async () => (await stored()).unloadedAt === null);
    end();
  });

  it('loads again what it unloaded while a request was on its way to it', async () => {
    await deploy({ idleTimeoutS: 10 });
    const end = ask(other, 1);
    await prisma.client.deployment.updateMany({ data: { unloadedAt: new Date() } });
    await other.deployments.refresh();
    await until('it is woken', async () => (await stored()).unloadedAt === null);
    end();
  });

  it('does not unload what is being used, loaded, or asked for elsewhere', async () => {
    await deploy({ idleTimeoutS: 10 });
    await leading.look(1, 1);
    leading.clock.advance(20_000);
    await leading.look(1, 1);
    leading.clock.advance(20_000);
    await leading.look(0);
    leading.clock.advance(9_000);
    await leading.look(1);
    const end = ask(other);
    await until('the leader hears of it', () => leading.demand.of('m').waiting === 1);
    leading.clock.advance(2_000);
    await leading.look(1);
    expect((await stored()).unloadedAt).toBeNull();
    end();
  });
});

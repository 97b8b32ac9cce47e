import { createDeploymentSchema } from '@corral/contracts/http';
import { ClientNats } from '@nestjs/microservices';
import { connectBus, type Bus } from '@corral/bus';
import { type AssignCommand, type Heartbeat } from '@corral/contracts';
import { until } from '@corral/testing';
import { LeaderService } from '../infra/leader.service.js';
import { PrismaService } from '../infra/prisma.service.js';
import { NodeCommandsService } from '../nodes/node-commands.service.js';
import { PLAIN_SETTINGS } from '../nodes/node-settings.js';
import { NodesService } from '../nodes/nodes.service.js';
import { DrivenClock } from '../testing/driven-clock.js';
import { heartbeatOf, MODEL_DIGEST } from '../testing/heartbeats.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM } from '../common/principal.js';
import { DeploymentAdminService } from './deployment-admin.service.js';
import { DeploymentWriter } from './deployment-writer.js';
import { ImmediateRollouts } from './immediate-rollouts.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { DeploymentsService } from './deployments.service.js';
import { ReconcilerService } from './reconciler.service.js';

class RecordedCommands extends NodeCommandsService {
  readonly sent: [nodeId: string, command: AssignCommand][] = [];

  override assign(nodeId: string, command: AssignCommand): void {
    this.sent.push([nodeId, command]);
  }
}

class StatedLeader extends LeaderService {
  leads = true;

  override isLeader(): boolean {
    return this.leads;
  }
}

describe('the reconciler', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  let bus: Bus;
  let clock: DrivenClock;
  let nodes: NodesService;
  let deployments: DeploymentsService;
  let administration: DeploymentAdminService;
  let commands: RecordedCommands;
  let leader: StatedLeader;
  let reconciler: ReconcilerService;

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
    bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
  });
  beforeEach(async () => {
    await prisma.client.deployment.deleteMany();
    await prisma.client.node.deleteMany();
    const repository = new DeploymentsRepository(prisma);
    clock = new DrivenClock();
    nodes = new NodesService(clock, prisma, bus);
    deployments = new DeploymentsService(repository, nodes, bus);
    const writer = new DeploymentWriter(new AuditService(prisma), new ImmediateRollouts());
    administration = new DeploymentAdminService(prisma, deployments, writer, nodes);
    commands = new RecordedCommands(new ClientNats({}));
    leader = new StatedLeader(servers.config());
    reconciler = new ReconcilerService(leader, nodes, commands, deployments, repository);
  });
  afterAll(async () => {
    await bus.close();
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  /** A node that is heard of, and whose row is there. */
  async function join(nodeId: string, change: Partial<Heartbeat> = {}): Promise<void> {
    nodes.heard(heartbeatOf(nodeId, change));
    const row = () => prisma.client.node.findUnique({ where: { id: nodeId } });
    await until('the node’s row', row);
  }
  const deploy = (name: string, replicas = 1) =>
    administration.create(
      SYSTEM,
      createDeploymentSchema.parse({ name, model: MODEL_DIGEST, replicas }),
    );
  /** Rounds until nothing is left to do but to tell the nodes. */
  async function settle(): Promise<void> {
    await reconciler.reconcile();
    await reconciler.reconcile();
  }
  const last = (nodeId: string): AssignCommand | undefined =>
    commands.sent.findLast(([to]) => to === nodeId)?.[1];
  const generationOf = async (id: string) =>
    (await prisma.client.node.findUniqueOrThrow({ where: { id } })).assignmentGeneration;

  it('places replicas, and tells each node its list', async () => {
    await join('a');
    await join('b');
    await deploy('m', 2);
    await settle();
    for (const nodeId of ['a', 'b']) {
      expect(last(nodeId)).toMatchObject({ generation: 1, assignments: [{ deployment: 'm' }] });
    }
    expect(await prisma.client.replica.count()).toBe(2);
  });

  it('changes nothing when nothing has changed', async () => {
    await join('a');
    await deploy('m');
    await settle();
    const replicas = await prisma.client.replica.findMany();
    await settle();
    expect(await prisma.client.replica.findMany()).toEqual(replicas);
    expect(await generationOf('a')).toBe(1);
  });

  it('repeats a list until the node says that it has it, and then no more', async () => {
    await join('a');
    await deploy('m');
    await settle();
    const told = commands.sent.length;
    await reconciler.reconcile();
    expect(commands.sent.length).toBe(told + 1);
    nodes.heard(heartbeatOf('a', { sequence: 1, assignmentGeneration: 1 }));
    await reconciler.reconcile();
    expect(commands.sent.length).toBe(told + 1);
  });

  it('sends an empty list when the last deployment goes', async () => {
    await join('a');
    await deploy('m');
    await settle();
    await administration.remove(SYSTEM, 'm');
    await settle();
    expect(last('a')).toMatchObject({ generation: 2, assignments: [] });
  });

  it('overtakes a node that remembers more than a restored database', async () => {
    await join('a', { assignmentGeneration: 17 });
    await settle();
    expect(last('a')).toMatchObject({ generation: 18, assignments: [] });
    expect(await generationOf('a')).toBe(18);
  });

  it('tells a node that it is polite until it says that it knows', async () => {
    await join('a');
    await settle();
    const settings = { ...PLAIN_SETTINGS, polite: true };
    nodes.store(new Map([['a', { name: 'a', settings, assignedReplicas: 0 }]]));
    await deploy('m');
    await settle();
    expect(last('a')).toMatchObject({ generation: 1, polite: true });
    const told = commands.sent.length;
    const knows = { assignmentGeneration: 1 };
    nodes.heard(heartbeatOf('a', { ...knows, sequence: 1 }));
    await reconciler.reconcile();
    expect(commands.sent.length).toBe(told + 1);
    nodes.heard(heartbeatOf('a', { ...knows, sequence: 2, polite: true }));
    await reconciler.reconcile();
    expect(commands.sent.length).toBe(told + 1);
  });

  it('places nothing while most nodes are silent at once, and goes on when they are heard', async () => {
    await join('a');
    await join('b');
    await join('c');
    clock.advance(4_000);
    nodes.heard(heartbeatOf('c', { sequence: 1 }));
    await deploy('m');
    await settle();
    expect(nodes.isBraked()).toBe(true);
    expect(await prisma.client.replica.count()).toBe(0);
    nodes.heard(heartbeatOf('a', { sequence: 1 }));
    await settle();
    expect(nodes.isBraked()).toBe(false);
    expect(await prisma.client.replica.count()).toBe(1);
  });

  it('says why a replica is nowhere', async () => {
    await join('a');
    await deploy('m');
    nodes.heard(heartbeatOf('a', { sequence: 1, models: [] }));
    await settle();
    expect(deployments.view('m')).toMatchObject({
      state: 'pending',
      failure: { message: 'machine a does not have the model file.' },
    });
  });

  it('does nothing on a controller that does not lead', async () => {
    leader.leads = false;
    await join('a');
    await deploy('m');
    await settle();
    expect(await prisma.client.replica.count()).toBe(0);
    expect(commands.sent).toEqual([]);
  });

  it('makes a deployment with its revision or not at all', async () => {
    await join('a');
    await Promise.allSettled([deploy('m'), deploy('m'), deploy('m')]);
    expect(await prisma.client.deployment.count()).toBe(1);
    expect(await prisma.client.revision.count()).toBe(1);
  });
});

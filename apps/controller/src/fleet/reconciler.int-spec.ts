import { createDeploymentSchema } from '@corral/contracts/http';
import { ClientNats } from '@nestjs/microservices';
import { connectBus, type Bus } from '@corral/bus';
import type {
  AssignCommand,
  Heartbeat,
  NodeOp,
  NodeOpReply,
  ObservedReplica,
} from '@corral/contracts';
import { until } from '@corral/testing';
import { LeaderService } from '../infra/leader.service.js';
import { PrismaService } from '../infra/prisma.service.js';
import { ModelFilesService } from '../model-files/model-files.service.js';
import { NodeCommandsService } from '../nodes/node-commands.service.js';
import { PLAIN_SETTINGS } from '../nodes/node-settings.pure.js';
import { NodesService } from '../nodes/nodes.service.js';
import { DrivenClock } from '../testing/driven-clock.js';
import { heartbeatOf, MODEL_DIGEST, SMALL_ESTIMATE } from '../testing/heartbeats.js';
import { observedReplica } from '../testing/test-worker.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM } from '../common/principal.pure.js';
import { RolloutBeginner } from '../rollouts/rollout-beginner.js';
import { RolloutsRepository } from '../rollouts/rollouts.repository.js';
import { DeploymentAdminService } from '../deployments/deployment-admin.service.js';
import { DeploymentWriter } from '../deployments/deployment-writer.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { EstimatesService } from '../placement/memory/estimates.service.js';
import { MemoryMarginsService } from '../placement/memory/memory-margins.service.js';
import { PlacementService } from '../placement/placement.service.js';
import { AssignmentSender } from './assignment-sender.service.js';
import { AssignmentsRepository } from './assignments.repository.js';
import { ReconcilerService } from './reconciler.service.js';

class RecordedCommands extends NodeCommandsService {
  readonly sent: [nodeId: string, command: AssignCommand][] = [];

  readonly asked: string[] = [];
  /** Holds answers back while it is not resolved. */
  answering: Promise<void> = Promise.resolve();

  override async op(nodeId: string, op: NodeOp): Promise<Extract<NodeOpReply, { ok: true }>> {
    this.asked.push(`${nodeId} ${op.op}`);
    await this.answering;
    return { ok: true, estimate: SMALL_ESTIMATE };
  }

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
  let estimates: EstimatesService;
  let margins: MemoryMarginsService;

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
    bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
  });
  beforeEach(async () => {
    await prisma.client.deployment.deleteMany();
    await prisma.client.node.deleteMany();
    const repository = new DeploymentsRepository(prisma);
    await prisma.client.memoryMargin.deleteMany();
    clock = new DrivenClock();
    nodes = new NodesService(clock, prisma, bus);
    deployments = new DeploymentsService(repository, nodes, bus);
    const audit = new AuditService(prisma);
    const rollouts = new RolloutBeginner(new RolloutsRepository(prisma), audit);
    const writer = new DeploymentWriter(audit, rollouts);
    administration = new DeploymentAdminService(prisma, deployments, writer, nodes);
    commands = new RecordedCommands(new ClientNats({}));
    leader = new StatedLeader(servers.config());
    estimates = new EstimatesService(nodes, commands, clock);
    margins = new MemoryMarginsService(prisma);
    const assignments = new AssignmentsRepository(prisma);
    const files = new ModelFilesService(nodes, clock, servers.config());
    reconciler = new ReconcilerService(
      leader,
      nodes,
      deployments,
      assignments,
      new PlacementService(nodes, deployments, estimates, margins, clock),
      new AssignmentSender(deployments, assignments, files, commands),
    );
  });
  afterAll(async () => {
    await bus.close();
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  /** A node that is heard of, and whose row is there. */
  async function join(nodeId: string, change: Partial<Heartbeat> = {}): Promise<void> {
    nodes.onHeartbeat(heartbeatOf(nodeId, change));
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
    for (const { revision } of deployments.desired().deployments) {
      await estimates.settled(revision.modelDigest, revision.spec);
    }
    await reconciler.reconcile();
    await reconciler.reconcile();
  }
  /** Its replica as the node reports it once it is ready. */
  function readyOn(nodeId: string, change: Partial<ObservedReplica> = {}): ObservedReplica {
    const assignment = last(nodeId)?.assignments[0];
    if (assignment === undefined) throw new Error(`nothing is assigned to ${nodeId}`);
    return { ...observedReplica(assignment, 'ready'), ...change };
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
    nodes.onHeartbeat(heartbeatOf('a', { sequence: 1, assignmentGeneration: 1 }));
    await reconciler.reconcile();
    expect(commands.sent.length).toBe(told + 1);
  });

  it('tells a node where to get a file that it lacks, until it has it', async () => {
    const token = 't'.repeat(43);
    const fileServer = { urls: ['http://10.0.0.1:9000'], token, uploads: 0 };
    await join('a', { fileServer });
    await join('b', { models: [] });
    await deploy('m', 2);
    await settle();
    const url = `http://10.0.0.1:9000/models/${MODEL_DIGEST}`;
    const file = { digest: MODEL_DIGEST, fileName: 'tiny.gguf', sizeBytes: 1_000 };
    expect(last('a')?.files).toEqual([]);
    expect(last('b')?.files).toEqual([{ ...file, sources: [{ url, token }] }]);

    nodes.onHeartbeat(heartbeatOf('a', { sequence: 1, assignmentGeneration: 1, fileServer }));
    nodes.onHeartbeat(heartbeatOf('b', { sequence: 1, assignmentGeneration: 1, models: [] }));
    const told = commands.sent.length;
    await reconciler.reconcile();
    expect(commands.sent.slice(told)).toMatchObject([['b', { generation: 1, files: [file] }]]);

    nodes.onHeartbeat(heartbeatOf('b', { sequence: 2, assignmentGeneration: 1 }));
    await reconciler.reconcile();
    expect(commands.sent).toHaveLength(told + 1);
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
    const node = { name: 'a', settings, assignedReplicas: 0, isEnrolled: false };
    nodes.store(new Map([['a', node]]));
    await deploy('m');
    await settle();
    expect(last('a')).toMatchObject({ generation: 1, polite: true });
    const told = commands.sent.length;
    const knows = { assignmentGeneration: 1 };
    nodes.onHeartbeat(heartbeatOf('a', { ...knows, sequence: 1 }));
    await reconciler.reconcile();
    expect(commands.sent.length).toBe(told + 1);
    nodes.onHeartbeat(heartbeatOf('a', { ...knows, sequence: 2, polite: true }));
    await reconciler.reconcile();
    expect(commands.sent.length).toBe(told + 1);
  });

  it('places nothing while most nodes are silent at once, and goes on when they are heard', async () => {
    await join('a');
    await join('b');
    await join('c');
    clock.advance(4_000);
    nodes.onHeartbeat(heartbeatOf('c', { sequence: 1 }));
    await deploy('m');
    await settle();
    expect(nodes.isBraked()).toBe(true);
    expect(await prisma.client.replica.count()).toBe(0);
    nodes.onHeartbeat(heartbeatOf('a', { sequence: 1 }));
    await settle();
    expect(nodes.isBraked()).toBe(false);
    expect(await prisma.client.replica.count()).toBe(1);
  });

  it('says why a replica is nowhere', async () => {
    await join('a');
    await deploy('m');
    nodes.onHeartbeat(heartbeatOf('a', { sequence: 1, models: [] }));
    await settle();
    expect(deployments.view('m')).toMatchObject({
      state: 'pending',
      failure: { message: 'Node machine a does not have the model file, nor has any other.' },
    });
  });

  it('places a replica when it is known what it takes, and promises it that', async () => {
    await join('a');
    let answer: () => void = () => undefined;
    commands.answering = new Promise((resolve) => {
      answer = resolve;
    });
    await deploy('m');
    await reconciler.reconcile();
    expect(deployments.view('m').failure?.message).toContain('is being measured');
    answer();
    await settle();
    expect(commands.asked).toEqual(['a estimate_model']);
    expect(last('a')?.assignments[0]?.deviceIds).toEqual(['cpu']);
    const { reserved } = await prisma.client.replica.findFirstOrThrow();
    // 3,000 bytes and five percent, beside what any engine takes.
    expect(reserved).toEqual([{ deviceId: 'cpu', bytes: 3_150 + 256 * 2 ** 20 }]);
  });

  it('places elsewhere what fails for a minute since others took its memory', async () => {
    await join('a');
    await deploy('m');
    await settle();
    await join('b');
    const [device] = heartbeatOf('a').devices;
    if (device === undefined) throw new Error('a node has a device');
    const taken = { ...device, freeBytes: 1e6, usedBytes: device.totalBytes - 1e6 };
    let sequence = 0;
    const failing = async (): Promise<void> => {
      sequence += 1;
      const replicas = [readyOn('a', { state: 'failed' })];
      const devices = [taken];
      nodes.onHeartbeat(heartbeatOf('a', { sequence, assignmentGeneration: 1, replicas, devices }));
      nodes.onHeartbeat(heartbeatOf('b', { sequence }));
      await settle();
    };
    await failing();
    clock.advance(60_000);
    await failing();
    expect(last('b')).toBeUndefined();
    clock.advance(1);
    await failing();
    expect(last('b')?.assignments).toMatchObject([{ deployment: 'm' }]);
    expect(last('a')?.assignments).toMatchObject([{ deployment: 'm' }]);
  });

  it('places what a node that is silent for a minute had on another, and takes it from there', async () => {
    await join('a');
    await deploy('m');
    await settle();
    await join('b');
    const sequence = 1;
    nodes.onHeartbeat(
      heartbeatOf('a', { sequence, assignmentGeneration: 1, replicas: [readyOn('a')] }),
    );
    clock.advance(60_000);
    nodes.onHeartbeat(heartbeatOf('b', { sequence }));
    await settle();
    expect(last('b')).toBeUndefined();
    clock.advance(1);
    nodes.onHeartbeat(heartbeatOf('b', { sequence: 2 }));
    await settle();
    expect(last('b')?.assignments).toMatchObject([{ deployment: 'm' }]);
    expect(await prisma.client.replica.count()).toBe(2);
    nodes.onHeartbeat(
      heartbeatOf('b', { sequence: 3, assignmentGeneration: 1, replicas: [readyOn('b')] }),
    );
    await settle();
    nodes.onHeartbeat(heartbeatOf('a', { sequence: 2, assignmentGeneration: 1 }));
    await settle();
    expect(last('a')).toMatchObject({ generation: 2, assignments: [] });
    expect(await prisma.client.replica.count()).toBe(1);
  });

  it('learns what loads take, and keeps the most, for every controller', async () => {
    await join('a');
    await deploy('m');
    await settle();
    const key = {
      modelDigest: MODEL_DIGEST,
      contextTokens: SMALL_ESTIMATE.contextTokens,
      kvCacheType: 'f16' as const,
    };
    expect(margins.marginsFor(key).cpu).toBe(1.05);
    const replicas = [readyOn('a', { memoryBytes: 3_600 })];
    nodes.onHeartbeat(heartbeatOf('a', { sequence: 1, assignmentGeneration: 1, replicas }));
    await settle();
    await margins.learn(
      { ...key, deviceKind: 'cpu' },
      { estimateBytes: 3_000, measuredBytes: 3_300 },
    );
    const other = new MemoryMarginsService(prisma);
    await other.refresh();
    expect(other.marginsFor(key)).toMatchObject({ cpu: 1.2, cuda: 1.05 });
    expect(await prisma.client.memoryMargin.findMany()).toMatchObject([
      { estimateBytes: 3_000n, measuredBytes: 3_600n, samples: 2 },
    ]);
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

/** Nodes as two controllers see them: liveness, the brake, and what the database says of them. */
import { connectBus, type Bus } from '@corral/bus';
import { until } from '@corral/testing';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM } from '../common/principal.pure.js';
import { PrismaService } from '../infra/prisma.service.js';
import { DrivenClock } from '../testing/driven-clock.js';
import { heartbeatOf } from '../testing/heartbeats.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { NodeAdminService } from './node-admin.service.js';
import { NodeSettingsService } from './node-settings.service.js';
import { NodesRepository } from './nodes.repository.js';
import { NodesService } from './nodes.service.js';

/** The nodes feature of one controller; its clock is driven. */
class Desk {
  readonly clock = new DrivenClock();
  readonly nodes: NodesService;
  readonly settings: NodeSettingsService;
  readonly admin: NodeAdminService;
  private sequence = 0;

  constructor(
    prisma: PrismaService,
    readonly bus: Bus,
  ) {
    const repository = new NodesRepository(prisma);
    this.nodes = new NodesService(this.clock, prisma, bus);
    this.settings = new NodeSettingsService(repository, this.nodes, bus);
    const audit = new AuditService(prisma);
    const { nodes, settings, clock } = this;
    this.admin = new NodeAdminService(nodes, settings, repository, audit, clock, bus);
  }

  hear(...nodeIds: string[]): void {
    this.sequence += 1;
    for (const nodeId of nodeIds)
      this.nodes.onHeartbeat(heartbeatOf(nodeId, { sequence: this.sequence }));
  }

  states(): Record<string, string> {
    return Object.fromEntries(
      this.nodes.observed().map(({ heartbeat, state }) => [heartbeat.nodeId, state]),
    );
  }
}

describe('nodes', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  let here: Desk;
  let there: Desk;

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
  });
  beforeEach(async () => {
    await prisma.client.node.deleteMany();
    const connect = () => connectBus({ servers: servers.nats.url, name: 'spec' });
    here = new Desk(prisma, await connect());
    there = new Desk(prisma, await connect());
    await here.settings.onModuleInit();
    await there.settings.onModuleInit();
    await there.bus.flush();
  });
  afterEach(async () => {
    for (const desk of [here, there]) {
      desk.settings.onModuleDestroy();
      await desk.bus.close();
    }
  });
  afterAll(async () => {
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  async function joined(desk: Desk, ...nodeIds: string[]): Promise<void> {
    desk.hear(...nodeIds);
    await until('all to be ready', () =>
      Object.values(desk.states()).every((state) => state === 'ready'),
    );
  }

  it('join, and are ready once the database has them', async () => {
    here.hear('a');
    expect(here.states()).toEqual({ a: 'joining' });
    await until('ready', () => here.states()['a'] === 'ready');
    expect(await prisma.client.node.count()).toBe(1);
  });

  it('are suspect, lost, and ready again with the next heartbeat', async () => {
    await joined(here, 'a', 'b', 'c');
    here.clock.advance(3_001);
    here.hear('b', 'c');
    expect(here.states()['a']).toBe('suspect');
    here.clock.advance(2_500);
    here.hear('b', 'c');
    here.clock.advance(2_500);
    expect(here.states()['a']).toBe('lost');
    here.hear('a');
    expect(here.states()['a']).toBe('ready');
  });

  it('stay suspect while most of them are silent, and get time when that ends', async () => {
    await joined(here, 'a', 'b', 'c');
    here.clock.advance(3_001);
    here.hear('c');
    expect(here.nodes.isBraked()).toBe(true);
    for (let seconds = 0; seconds < 60; seconds += 2) {
      here.clock.advance(2_000);
      here.hear('c');
      expect(here.states()).toEqual({ a: 'suspect', b: 'suspect', c: 'ready' });
    }
    here.hear('b');
    expect(here.states()).toEqual({ a: 'suspect', b: 'ready', c: 'ready' });
    expect(here.nodes.isBraked()).toBe(false);
    here.clock.advance(2_500);
    here.hear('b', 'c');
    here.clock.advance(2_500);
    here.hear('b', 'c');
    expect(here.states()['a']).toBe('lost');
  });

  it('are lost on every controller when an admin confirms that', async () => {
    for (const desk of [here, there]) {
      await joined(desk, 'a', 'b');
      desk.clock.advance(3_001);
      desk.nodes.observed();
      desk.clock.advance(10_000);
      expect(desk.states()).toEqual({ a: 'suspect', b: 'suspect' });
    }
    expect((await here.admin.confirmLost(SYSTEM)).sort()).toEqual(['a', 'b']);
    expect(here.states()).toEqual({ a: 'lost', b: 'lost' });
    await until('the other to know', () => there.states()['a'] === 'lost');
    const trace = await prisma.client.auditEntry.findMany({
      where: { action: 'node.confirm_lost' },
    });
    expect(trace).toMatchObject([{ after: { nodeIds: expect.arrayContaining(['a', 'b']) } }]);
    expect(await here.admin.confirmLost(SYSTEM)).toEqual([]);
  });

  it('have the settings that an admin gave them on another controller', async () => {
    await joined(here, 'a');
    await joined(there, 'a');
    await there.admin.update(SYSTEM, 'a', { labels: { zone: 'x' }, polite: true });
    await there.admin.order(SYSTEM, 'a', 'cordon');
    const seen = await until('the change', () => {
      const node = here.nodes.find('a');
      return node?.settings.cordonedAt != null && node;
    });
    expect(seen.settings).toMatchObject({ labels: { zone: 'x' }, polite: true, drainedAt: null });
    expect(seen.labels).toMatchObject({ zone: 'x', 'corral/device': 'cpu' });
  });

  it('keep both of two labels that are given at once', async () => {
    await joined(here, 'a');
    await joined(there, 'a');
    await Promise.all([
      here.admin.update(SYSTEM, 'a', { labels: { one: '1' } }),
      there.admin.update(SYSTEM, 'a', { labels: { two: '2' } }),
    ]);
    await here.settings.refresh();
    expect(here.nodes.find('a')?.settings.labels).toEqual({ one: '1', two: '2' });
  });

  it('keep what is known of them when they are read in vain', async () => {
    await joined(here, 'a');
    await here.admin.order(SYSTEM, 'a', 'cordon');
    const away = new PrismaService(
      servers.config({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }),
    );
    const blind = new NodeSettingsService(new NodesRepository(away), here.nodes, here.bus);
    await blind.refresh();
    expect(here.nodes.find('a')?.settings.cordonedAt).not.toBeNull();
    await away.onApplicationShutdown();
  });
});

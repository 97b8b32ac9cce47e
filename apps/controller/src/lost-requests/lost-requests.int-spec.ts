import type { LedgerEntries } from '../ledger/ledger.repository.js';
import { connectBus, type Bus } from '@corral/bus';
import type { CostsService } from '../costs/costs.service.js';
import { until } from '@corral/testing';
import { LeaderService } from '../infra/leader.service.js';
import { LedgerDesk } from '../testing/ledger-desk.js';
import { openedRequest, orphanedGeneration, settledRequest } from '../testing/settled-requests.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { LostRequests } from './lost-requests.service.js';
import { StreamProgressService } from './stream-progress.service.js';

const DEAD = 'c-dead';
const ALIVE = 'c-alive';
const ADMITTED_AT = new Date(Date.now() - 60_000);
const COUNTER = 'key/key/tokens/day/2026-11-24';

/** A millisecond of a device costs ten microdollars. */
const COSTS = {
  price: ({ deviceMs }: { deviceMs: number }) => ({
    localMicrodollars: deviceMs * 10,
    energyMicrodollars: deviceMs,
    millijoules: null,
    cloudMicrodollars: null,
    cloudPriceId: null,
  }),
} as unknown as CostsService;

describe('requests of a controller that died', () => {
  let servers: TestServers;
  let desk: LedgerDesk;
  let lost: LostRequests;
  let bus: Bus;
  let progress: StreamProgressService;

  beforeAll(async () => {
    servers = await startServers();
    desk = new LedgerDesk(servers.config());
    bus = await connectBus({ servers: servers.nats.url, name: 'lost' });
    progress = new StreamProgressService(bus, { controllerId: DEAD });
    await progress.onApplicationBootstrap();
    const leader = new LeaderService(servers.config());
    const writer = {
      book: async (entries: LedgerEntries) => void (await desk.ledger.write(entries)),
    };
    lost = new LostRequests(desk.prisma, leader, writer, COSTS, progress);
  });
  afterAll(async () => {
    await bus.close();
    await desk.close();
    await servers.remove();
  });
  beforeEach(async () => {
    await desk.clear();
    await seen(DEAD, 21);
    await seen(ALIVE, 19);
    await desk.prisma.client.quotaLease.createMany({
      data: [
        { controllerId: DEAD, counterId: COUNTER, amount: 50n },
        { controllerId: ALIVE, counterId: COUNTER, amount: 50n },
      ],
    });
    await desk.addCounters({ kind: 'key', id: 'key' }, ADMITTED_AT);
  });

  async function seen(controllerId: string, secondsAgo: number): Promise<void> {
    await desk.prisma.client.$executeRaw`
      INSERT INTO controller_presence
      VALUES (${controllerId}, now() AT TIME ZONE 'utc' - ${secondsAgo} * interval '1 second')`;
  }

  const opened = (requestId: string, controllerId: string = DEAD) =>
    openedRequest({ requestId, controllerId, createdAt: ADMITTED_AT.toISOString() });

  it('are settled with what the workers had generated for them, and its leases end', async () => {
    await desk.write({
      opened: [opened('req_1'), opened('req_2')],
      orphaned: [
        orphanedGeneration({ generationId: 'req_1-0', deviceMs: 100 }),
        orphanedGeneration({ generationId: 'req_1-1', attempt: 2, nodeId: 'gpu-2', deviceMs: 50 }),
        // An earlier attempt of the same stream, from a worker that was thought lost.
        orphanedGeneration({ generationId: 'req_1-1', attempt: 1, completionTokens: 1 }),
      ],
    });
    await lost.settleLost();
    expect(await desk.everything()).toMatchObject({
      rows: [
        {
          requestId: 'req_1',
          controllerId: DEAD,
          status: 'failed',
          errorCode: 'controller_lost',
          nodeId: 'gpu-1',
          attempts: 2,
          promptTokens: 10,
          completionTokens: 10,
          deviceMs: 150,
          localMicrodollars: 1_500n,
          energyMicrodollars: 150n,
        },
        { requestId: 'req_2', nodeId: null, attempts: 0, promptTokens: 0, localMicrodollars: 0n },
      ],
      open: [],
      orphaned: [],
      leases: [{ controllerId: ALIVE, amount: 50n }],
    });
    const [row] = await desk.prisma.client.requestUsage.findMany();
    expect(row?.totalMs).toBeGreaterThanOrEqual(60_000);
    const used = Object.entries(await desk.used());
    expect(used.find(([id]) => id.startsWith('key/key/tokens/day/'))?.[1]).toBe(20);
    const present = await desk.prisma.client.controllerPresence.findMany();
    expect(present.map(({ controllerId }) => controllerId)).toEqual([ALIVE]);
  });

  it('are settled as far as it had come itself, where the worker died too', async () => {
    await desk.write({ opened: [opened('req_7')] });
    const report = {
      nodeId: 'gpu-1',
      replicaId: 'r1',
      attempts: 1,
      promptTokens: 10,
      cachedTokens: 0,
      completionTokens: 12,
    };
    progress.reached('req_7-0', report);
    progress.reached('req_7-1', { ...report, nodeId: 'gpu-2', completionTokens: 3 });
    await until('the words on both nodes', async () => (await progress.of(DEAD)).get('req_7')?.[1]);
    await lost.settleLost();
    const [row] = await desk.prisma.client.requestUsage.findMany();
    expect(row).toMatchObject({ promptTokens: 10, completionTokens: 15, nodeId: 'gpu-1' });
  });

  it('are settled once, however often it is looked', async () => {
    await desk.write({ opened: [opened('req_1')], orphaned: [orphanedGeneration()] });
    await lost.settleLost();
    const once = await desk.everything();
    await lost.settleLost();
    await lost.settleLost();
    expect(await desk.everything()).toEqual(once);
  });

  it('are all settled, however many', async () => {
    await desk.write({ opened: Array.from({ length: 1_200 }, (_, at) => opened(`req_${at}`)) });
    await lost.settleLost();
    expect(await desk.prisma.client.requestUsage.count()).toBe(1_200);
    expect(await desk.prisma.client.openRequest.count()).toBe(0);
  });

  it('are left alone while their controller lives', async () => {
    await desk.write({
      opened: [opened('req_1', ALIVE)],
      orphaned: [orphanedGeneration({ generationId: 'req_1-0' })],
    });
    await lost.settleLost();
    expect(await desk.everything()).toMatchObject({
      rows: [],
      open: [{ requestId: 'req_1' }],
      orphaned: [{ generationId: 'req_1-0' }],
      leases: [{ controllerId: ALIVE, amount: 50n }],
    });
  });

  it('are settled too when word of them comes after it was given up', async () => {
    await lost.settleLost();
    await desk.write({ opened: [opened('req_1')] });
    await lost.settleLost();
    expect(await desk.everything()).toMatchObject({ rows: [{ requestId: 'req_1' }], open: [] });
  });

  it('are as the controller itself says, should its word still come', async () => {
    await desk.write({ opened: [opened('req_1')], orphaned: [orphanedGeneration()] });
    await lost.settleLost();
    const truth = settledRequest({
      ...opened('req_1'),
      leaseUse: [{ counter: COUNTER, amount: 15 }],
    });
    await desk.write({ settled: [truth] });
    await lost.settleLost();
    expect(await desk.everything()).toMatchObject({
      rows: [{ status: 'completed', errorCode: null, localMicrodollars: 40n }],
      hours: [{ requests: 1, failed: 0, completion_tokens: 5n, local_microdollars: 40n }],
      leases: [{ controllerId: ALIVE, amount: 50n }],
    });
    const used = Object.entries(await desk.used());
    expect(used.find(([id]) => id.startsWith('key/key/tokens/day/'))?.[1]).toBe(15);
  });

  describe('leave nothing behind:', () => {
    it('leases that nobody holds any more end', async () => {
      await desk.prisma.client.quotaLease.create({
        data: { controllerId: 'c-unknown', counterId: COUNTER, amount: 1n },
      });
      await lost.settleLost();
      expect(await desk.everything()).toMatchObject({ leases: [{ controllerId: ALIVE }] });
    });

    it('counters of windows that are long over go, with what was leased of them', async () => {
      const id = 'key/key/tokens/day/2026-11-01';
      await desk.prisma.client.quotaCounter.create({
        data: { id, used: 9n, expiresAt: new Date(Date.now() - 1_000) },
      });
      await desk.prisma.client.quotaLease.create({
        data: { controllerId: ALIVE, counterId: id, amount: 1n },
      });
      await lost.settleLost();
      expect(await desk.prisma.client.quotaCounter.findUnique({ where: { id } })).toBeNull();
      expect(await desk.everything()).toMatchObject({ leases: [{ counterId: COUNTER }] });
    });

    it('what workers said of requests that were settled before goes after an hour', async () => {
      await desk.write({ orphaned: [orphanedGeneration()] });
      await lost.settleLost();
      expect(await desk.prisma.client.orphanedGeneration.count()).toBe(1);
      await desk.prisma.client.$executeRaw`
        UPDATE orphaned_generation SET created_at = created_at - interval '61 minutes'`;
      await lost.settleLost();
      expect(await desk.prisma.client.orphanedGeneration.count()).toBe(0);
    });
  });
});

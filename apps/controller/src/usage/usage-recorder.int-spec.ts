import { until } from '@corral/testing';
import { Clock } from '../infra/clock.js';
import { ControllerIdentity } from '../infra/controller-identity.js';
import { Metrics } from '../infra/metrics.js';
import { PrismaService } from '../infra/prisma.service.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { usageRow } from '../testing/usage-rows.js';
import { RequestRates } from './request-rates.js';
import { UsageRecorder } from './usage-recorder.js';

describe('the usage recorder', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  const identity = new ControllerIdentity();
  const metrics = new Metrics();

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
  });
  beforeEach(() => prisma.client.requestUsage.deleteMany());
  afterAll(async () => {
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  function recorder(): UsageRecorder {
    const rates = new RequestRates(new Clock());
    const started = new UsageRecorder(prisma, identity, metrics, rates);
    started.onModuleInit();
    return started;
  }
  const count = () => prisma.client.requestUsage.count();

  it('writes every field, durations in whole milliseconds', async () => {
    const usage = recorder();
    const row = usageRow({ nodeId: null, replicaId: null, ttftMs: null, finishReason: null });
    usage.record(row);
    await until('the row', async () => (await count()) === 1);
    expect(await prisma.client.requestUsage.findMany()).toEqual([
      {
        ...row,
        controllerId: identity.controllerId,
        queueMs: 0,
        prefillMs: 2,
        decodeMs: 3,
        totalMs: 5,
      },
    ]);
    await usage.onApplicationShutdown();
  });

  it('writes a request once, however often it is recorded', async () => {
    const usage = recorder();
    for (let times = 0; times < 3; times += 1) usage.record(usageRow());
    usage.record(usageRow({ requestId: 'req_2' }));
    await until('both rows', async () => (await count()) === 2);
    usage.record(usageRow({ totalMs: 99 }));
    await usage.onApplicationShutdown();
    const rows = await prisma.client.requestUsage.findMany({ orderBy: { requestId: 'asc' } });
    expect(rows.map(({ requestId, totalMs }) => [requestId, totalMs])).toEqual([
      ['req_1', 5],
      ['req_2', 5],
    ]);
  });

  it('writes all that is left when it stops, more than one batch of it', async () => {
    const usage = recorder();
    for (let at = 0; at < 2_500; at += 1) usage.record(usageRow({ requestId: `req_${at}` }));
    await usage.onApplicationShutdown();
    expect(await count()).toBe(2_500);
  });

  it('keeps rows while the database is away, and writes them when it is back', async () => {
    const usage = recorder();
    await servers.postgres.stop();
    for (let at = 0; at < 50; at += 1) usage.record(usageRow({ requestId: `req_${at}` }));
    await until('a write that fails', async () => {
      const { values } = await metrics.usageWriteFailures.get();
      return (values[0]?.value ?? 0) > 0;
    });
    await servers.postgres.start();
    await until('the rows', async () => (await count()) === 50);
    await usage.onApplicationShutdown();
  });
});

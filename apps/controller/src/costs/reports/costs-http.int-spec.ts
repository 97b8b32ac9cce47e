import { costReportSchema, referenceViewSchema, whatIfSchema } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { PrismaService } from '../../infra/prisma.service.js';
import { MODEL_DIGEST, storedModel } from '../../testing/heartbeats.js';
import { TestApplication } from '../../testing/test-application.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { TestWorker } from '../../testing/test-worker.js';

describe('the admin API for costs', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let worker: TestWorker;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    worker = await TestWorker.join(servers.nats.url, 'gpu-1');
    await worker.report({ models: [storedModel({ fileName: 'Qwen3-8B-Q4_K_M.gguf' })] });
    const prisma = controller.app.get(PrismaService);
    await until('the node’s row', async () => (await prisma.client.node.count()) === 1);
    await until('the model', async () => {
      const { body } = await controller.admin('GET', '/models');
      return JSON.stringify(body).includes(MODEL_DIGEST);
    });
    await controller.admin('POST', '/deployments', { name: 'team/coder', model: MODEL_DIGEST });
  });
  afterAll(async () => {
    await worker.leave();
    await controller.stop();
    await servers.remove();
  });

  it('sets a node’s price, and shows it', async () => {
    const price = {
      hardware: { kind: 'rented', microdollarsPerHour: 500_000 },
      loadWatts: 400,
      idleWatts: 40,
      microdollarsPerKwh: 250_000,
    };
    const set = await controller.admin('PUT', '/costs/nodes/gpu-1', price);
    expect(set).toMatchObject({ status: 200, body: { ...price, pueThousandths: 1000 } });
    const { body } = await controller.admin('GET', '/costs/nodes');
    expect(body).toEqual({ data: [set.body] });
  });

  it('takes a price and a reference to it, of a deployment with a slash in its name', async () => {
    const price = {
      provider: 'host',
      model: 'their-8b',
      name: 'Theirs',
      inputPerMTok: 1_000_000,
      outputPerMTok: 2_000_000,
      source: 'a contract',
    };
    const made = await controller.admin('POST', '/costs/prices', price);
    expect(made).toMatchObject({ status: 201, body: { ...price, openWeights: false } });
    const set = await controller.admin('PUT', '/costs/references/team/coder', {
      references: [{ provider: 'host', model: 'their-8b' }],
    });
    expect(referenceViewSchema.parse(set.body)).toMatchObject({
      deployment: 'team/coder',
      chosen: 'explicit',
      references: [made.body],
    });
    const { body } = await controller.admin('GET', '/costs/references');
    expect(body).toEqual({ data: [set.body] });
  });

  it('reports, and says what if', async () => {
    const report = await controller.admin(
      'GET',
      '/costs?from=2026-01-01T00:00:00%2B01:00&to=2026-02-01T00:00:00Z',
    );
    expect(costReportSchema.parse(report.body)).toMatchObject({
      from: '2025-12-31T23:00:00.000Z',
      nodes: [{ nodeId: 'gpu-1', priced: false }],
    });
    const path = '/costs/what-if?purchaseMicrodollars=1000000&provider=host&model=their-8b';
    expect(whatIfSchema.parse((await controller.admin('GET', path)).body)).toMatchObject({
      price: { model: 'their-8b' },
      hardware: { utilisation: 0 },
    });
  });

  it('gives a statement as JSON and as CSV', async () => {
    const json = await controller.admin('GET', '/costs/statements/2026-01?teamId=default');
    expect(json).toMatchObject({ status: 200, body: { month: '2026-01', final: true, lines: [] } });
    const csv = await controller.admin(
      'GET',
      '/costs/statements/2026-01?teamId=default&format=csv',
    );
    expect(csv.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(csv.headers.get('content-disposition')).toContain('statement-2026-01.csv');
    expect(csv.body).toMatch(/^month,team_id,/);
  });

  it.each([
    ['GET', '/costs/statements/2026-13?teamId=default', undefined, 400],
    ['GET', '/costs/statements/2026-01', undefined, 400],
    ['GET', '/costs/statements/2026-01?teamId=nobody', undefined, 404],
    ['GET', '/costs?from=yesterday', undefined, 400],
    ['GET', '/costs/what-if?provider=host', undefined, 400],
    ['GET', '/costs/what-if?provider=host&model=nothing', undefined, 404],
    ['PUT', '/costs/nodes/gpu-1', {}, 400],
    ['PUT', '/costs/references/nothing', { references: [] }, 404],
    ['POST', '/costs/prices', { provider: 'x' }, 400],
  ])('answers %s %s with its reason', async (method, path, body, status) => {
    expect(await controller.admin(method, path, body)).toMatchObject({
      status,
      body: { error: { message: expect.any(String) as string } },
    });
  });
});

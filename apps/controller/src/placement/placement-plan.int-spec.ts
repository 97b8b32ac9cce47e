import { placementPlanViewSchema } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { MODEL_DIGEST } from '../testing/heartbeats.js';
import { TestApplication } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { TestWorker } from '../testing/test-worker.js';

describe('POST /admin/v1/placement/plan', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let worker: TestWorker;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    worker = await TestWorker.join(servers.nats.url, 'a');
    await until('the node', async () => {
      const { body } = await controller.admin('GET', '/models');
      return JSON.stringify(body).includes(MODEL_DIGEST);
    });
  });
  afterAll(async () => {
    await worker.leave();
    await controller.stop();
    await servers.remove();
  });

  const ask = (body: object) => controller.admin('POST', '/placement/plan', body);

  it('tells what each node could take, and places nothing', async () => {
    const { status, body } = await until('the node’s row', async () => {
      const answer = await ask({ model: 'tiny.gguf', replicas: 2 });
      return JSON.stringify(answer.body).includes('machine a') && answer;
    });
    expect(status).toBe(200);
    const view = placementPlanViewSchema.parse(body);
    expect(view).toMatchObject({ modelDigest: MODEL_DIGEST, modelName: 'tiny.gguf', reason: null });
    expect(view.nodes).toMatchObject([
      { nodeId: 'a', fits: true, replicas: 2, deviceKind: 'cpu', maxContextTokens: 8_192 },
    ]);
    expect(worker.assigned.every(({ assignments }) => assignments.length === 0)).toBe(true);
  });

  it('says why a node does not fit', async () => {
    const { body } = await ask({ model: 'tiny.gguf', placement: { deviceKind: 'cuda' } });
    const reason = 'Node machine a has no cuda device.';
    expect(body).toMatchObject({ reason, nodes: [{ nodeId: 'a', fits: false }] });
  });

  it('refuses a model that is in no store, naming what there is', async () => {
    const { status, body } = await ask({ model: 'nothing.gguf' });
    expect(status).toBe(404);
    expect(JSON.stringify(body)).toContain('There is: tiny.gguf');
  });
});

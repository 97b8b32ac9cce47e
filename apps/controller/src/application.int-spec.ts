import {
  createdKeySchema,
  deploymentViewSchema,
  modelViewSchema,
  nodeViewSchema,
  overviewSchema,
  requestRowSchema,
} from '@corral/contracts/http';
import { until } from '@corral/testing';
import { LedgerRepository } from './ledger/ledger.repository.js';
import { storedModel, MODEL_DIGEST } from './testing/heartbeats.js';
import { TestApplication, type Answer } from './testing/test-application.js';
import { ADMIN_TOKEN, startServers, type TestServers } from './testing/test-servers.js';
import { TestWorker } from './testing/test-worker.js';
import { settledRequest } from './testing/settled-requests.js';

describe('the admin API', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let worker: TestWorker;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    worker = await TestWorker.join(servers.nats.url, 'gpu-1');
    await until('the node', async () => (await nodes())[0]?.state === 'ready');
  });
  afterAll(async () => {
    await worker.leave();
    await controller.stop();
    await servers.remove();
  });

  async function data(path: string): Promise<unknown[]> {
    const { status, body } = await controller.admin('GET', path);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return (body as { data: unknown[] }).data;
  }
  const nodes = async () => nodeViewSchema.array().parse(await data('/nodes'));
  const deployment = async (name: string) =>
    deploymentViewSchema.parse((await controller.admin('GET', `/deployments/${name}`)).body);

  describe('for nodes', () => {
    it('shows what they report', async () => {
      expect(await nodes()).toMatchObject([{ id: 'gpu-1', name: 'machine gpu-1', state: 'ready' }]);
    });

    it('answers 404 for one that never was', async () => {
      expect(await controller.admin('GET', '/nodes/gpu-9')).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found' } },
      });
    });
  });

  describe('for models', () => {
    it('starts an import on the only node, and shows how it goes', async () => {
      const started = await controller.admin('POST', '/models/import', { path: '/tmp/new.gguf' });
      expect(started).toMatchObject({ status: 202, body: { nodeId: 'gpu-1' } });
      const { importId } = started.body as { importId: string };
      expect(worker.ops.at(-1)).toEqual({ op: 'import_model', importId, path: '/tmp/new.gguf' });
      const importing = storedModel({ digest: null, importId, state: 'importing', progress: 0.5 });
      await worker.report({ models: [storedModel(), importing] });
      const models = await until('the import', async () => {
        const shown = modelViewSchema.array().parse(await data('/models'));
        return shown.length === 2 && shown;
      });
      expect(models[1]).toMatchObject({ importId, progress: 0.5, nodeIds: ['gpu-1'] });
      await worker.report({ models: [storedModel()] });
    });

    it('hands on why the node refuses', async () => {
      worker.answer = {
        ok: false,
        failure: { code: 'invalid_value', message: 'not a GGUF file', param: 'path' },
      };
      const refused = await controller.admin('POST', '/models/import', { path: '/etc/passwd' });
      expect(refused).toMatchObject({ status: 400, body: { error: { param: 'path' } } });
      worker.answer = { ok: true };
    });

    it('answers 503 for a node that does not answer', async () => {
      const body = { path: '/tmp/x.gguf', nodeId: 'nobody' };
      expect(await controller.admin('POST', '/models/import', body)).toMatchObject({
        status: 503,
        body: { error: { code: 'dependency_unavailable' } },
      });
    });
  });

  describe('for deployments', () => {
    it('makes one, places it, and shows it ready when its replica is', async () => {
      const made = await controller.admin('POST', '/deployments', {
        name: 'team/tiny:1b',
        model: 'tiny.gguf',
        spec: { slots: 3, contextTokens: 512 },
      });
      expect(made.status).toBe(201);
      expect(deploymentViewSchema.parse(made.body)).toMatchObject({
        modelDigest: MODEL_DIGEST,
        revision: 1,
        state: 'pending',
      });
      const list = await until('the assignment', () => worker.assigned.at(-1));
      expect(list.assignments).toMatchObject([
        { deployment: 'team/tiny:1b', modelDigest: MODEL_DIGEST, spec: { slots: 3 } },
      ]);
      await worker.carryOut('loading');
      await until('it to load', async () => (await deployment('team/tiny:1b')).state === 'loading');
      await worker.carryOut('ready');
      await until(
        'it to be ready',
        async () => (await deployment('team/tiny:1b')).state === 'ready',
      );
      expect(await deployment('team/tiny:1b')).toMatchObject({
        readyReplicas: 1,
        slots: 3,
        contextTokens: 512,
      });
    });

    it('sends the list again until the node has it', async () => {
      const generation = worker.heartbeat.assignmentGeneration;
      const before = worker.assigned.length;
      await worker.report({ assignmentGeneration: 0, replicas: [] });
      const again = await until('the list', () => worker.assigned[before]);
      expect(again.generation).toBe(generation);
      await worker.carryOut();
      await until(
        'it to be ready',
        async () => (await deployment('team/tiny:1b')).state === 'ready',
      );
    });

    it('refuses a taken name', async () => {
      const body = { name: 'team/tiny:1b', model: 'tiny.gguf' };
      expect(await controller.admin('POST', '/deployments', body)).toMatchObject({
        status: 409,
        body: { error: { code: 'conflict', param: 'name' } },
      });
    });

    it.each([
      [{ name: 'x', model: 'none.gguf' }, 404, 'model'],
      [{ name: 'x', model: MODEL_DIGEST.slice(0, 7) }, 404, 'model'],
      [{ name: 'x', model: 'tiny.gguf', nodeId: 'gpu-9' }, 404, 'nodeId'],
      [{ name: '-x', model: 'tiny.gguf' }, 400, 'name'],
      [{ name: 'x', model: 'tiny.gguf', replicas: 65 }, 400, 'replicas'],
      [{ name: 'x', model: 'tiny.gguf', spec: { slots: 1e9 } }, 400, 'spec.slots'],
      [{ model: 'tiny.gguf' }, 400, 'name'],
      [[], 400, null],
    ])('refuses %j with %i, naming the field', async (body, status, param) => {
      const refused = await controller.admin('POST', '/deployments', body);
      expect(refused).toMatchObject({ status, body: { error: { param } } });
    });

    it('finds the model by the beginning of its digest', async () => {
      const body = { name: 'by-digest', model: MODEL_DIGEST.slice(0, 8) };
      expect((await controller.admin('POST', '/deployments', body)).status).toBe(201);
      expect((await controller.admin('DELETE', '/deployments/by-digest')).status).toBe(204);
    });

    it('keeps a model that is in use', async () => {
      expect(await controller.admin('DELETE', `/models/${MODEL_DIGEST}`)).toMatchObject({
        status: 409,
        body: { error: { message: expect.stringContaining('team/tiny:1b') } },
      });
    });

    it('removes one, and its replica with it', async () => {
      expect((await controller.admin('DELETE', '/deployments/team/tiny:1b')).status).toBe(204);
      await until('an empty list', () => worker.assigned.at(-1)?.assignments.length === 0);
      await worker.carryOut();
      expect((await controller.admin('GET', '/deployments/team/tiny:1b')).status).toBe(404);
      expect((await controller.admin('DELETE', '/deployments/team/tiny:1b')).status).toBe(404);
      expect((await controller.admin('DELETE', `/models/${MODEL_DIGEST}`)).status).toBe(204);
      expect(worker.ops.at(-1)).toEqual({ op: 'delete_model', digest: MODEL_DIGEST });
    });
  });

  describe('for keys', () => {
    it('shows a key once, and opens the public API with it until it is revoked', async () => {
      const made = await controller.admin('POST', '/keys', { name: 'laptop' });
      const { apiKey, id } = createdKeySchema.parse(made.body);
      const models = (headers: Record<string, string>): Promise<Answer> =>
        controller.ask('GET', '/v1/models', { headers });
      expect((await models({ authorization: `Bearer ${apiKey}` })).status).toBe(200);
      expect((await models({ 'x-api-key': apiKey })).status).toBe(200);
      expect(JSON.stringify(await data('/keys'))).not.toContain(apiKey);
      expect((await controller.admin('DELETE', `/keys/${id}`)).status).toBe(200);
      expect(await models({ authorization: `Bearer ${apiKey}` })).toMatchObject({
        status: 401,
        body: { error: { code: 'invalid_api_key', message: expect.stringContaining('revoked') } },
      });
    });

    it('refuses a name of blanks, and an unknown key', async () => {
      expect((await controller.admin('POST', '/keys', { name: '  ' })).status).toBe(400);
      expect((await controller.admin('DELETE', '/keys/none')).status).toBe(404);
    });
  });

  describe('for requests', () => {
    it('lists them newest first, page by page, each once', async () => {
      const ids = Array.from({ length: 7 }, (_, at) => `req_${at}`);
      const settled = ids.map((requestId) => settledRequest({ requestId }));
      await controller.app.get(LedgerRepository).write({ opened: [], orphaned: [], settled });
      const seen: string[] = [];
      let before = '';
      do {
        const { body } = await controller.admin('GET', `/requests?limit=3${before}`);
        const page = body as { data: unknown[]; next: string | null };
        seen.push(
          ...requestRowSchema
            .array()
            .parse(page.data)
            .map((row) => row.requestId),
        );
        before = page.next === null ? '' : `&before=${page.next}`;
      } while (before !== '');
      expect(seen).toEqual([...ids].reverse());
    });

    it.each(['0', '1001', 'many', '1.5'])('refuses a page of %s', async (limit) => {
      const refused = await controller.admin('GET', `/requests?limit=${limit}`);
      expect(refused).toMatchObject({ status: 400, body: { error: { param: 'limit' } } });
    });
  });

  describe('for the overview', () => {
    it('is one answer', async () => {
      const { body } = await controller.admin('GET', '/overview');
      expect(overviewSchema.parse(body)).toMatchObject({ status: 'ready', problems: [] });
    });

    it('is also a stream, told anew each second', async () => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'last-event-id': 'x' };
      const response = await fetch(`${controller.url}/admin/v1/events`, { headers });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      let text = '';
      for await (const piece of response.body ?? []) {
        text += Buffer.from(piece as Uint8Array).toString();
        if (text.split('event: overview').length > 2) break;
      }
      const [first] = /data: (.*)\n\n/.exec(text)?.slice(1) ?? [];
      expect(overviewSchema.parse(JSON.parse(first ?? ''))).toMatchObject({ status: 'ready' });
    });

    it('says that a node is lost, and forgets it when it is back', async () => {
      worker.silence();
      const problems = (): Promise<string[]> =>
        controller
          .admin('GET', '/overview')
          .then(({ body }) => overviewSchema.parse(body).problems);
      await until('the loss', async () => (await problems()).join().includes('is lost'));
      expect((await nodes())[0]).toMatchObject({ state: 'lost' });
      await worker.report();
      await until('the return', async () => (await problems()).length === 0);
    });
  });

  it('answers in its own shape for a route that is not there', async () => {
    for (const path of ['/nothing', '/keys/a/b', '/']) {
      expect(await controller.admin('GET', path)).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found' } },
      });
    }
  });

  it('names the request in every answer', async () => {
    const ids = new Set<string | null>();
    for (const path of ['/health/live', '/nothing', '/v1/models', '/admin/v1/keys']) {
      const { headers } = await controller.ask('GET', path);
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
      ids.add(headers.get('x-request-id'));
    }
    expect(ids.size).toBe(4);
  });

  it('goes on with what it remembers while the database is away, and says so', async () => {
    await servers.postgres.stop();
    expect((await controller.ask('GET', '/health/live')).status).toBe(200);
    expect(await controller.ask('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { checks: { nats: true, database: false } },
    });
    expect((await controller.admin('GET', '/nodes')).status).toBe(200);
    const refused = await controller.admin('GET', '/keys');
    expect(refused).toMatchObject({
      status: 503,
      body: { error: { code: 'dependency_unavailable' } },
    });
    expect(refused.headers.get('retry-after')).toBe('5');
    await servers.postgres.start();
    const isReady = async () => (await controller.ask('GET', '/health/ready')).status === 200;
    await until('it to be ready', isReady);
    expect((await controller.admin('GET', '/keys')).status).toBe(200);
  });

  it('stops at once although a console is watching', async () => {
    const other = await TestApplication.start(servers.config());
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const events = await fetch(`${other.url}/admin/v1/events`, { headers });
    const watching = events.text();
    await other.stop();
    expect(await watching).toContain('event: overview');
  });
});

import type { ApplyPlan, DeploymentView, RevisionView } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { NodesService } from '../nodes/nodes.service.js';
import { PrismaService } from '../infra/prisma.service.js';
import { MODEL_DIGEST, storedModel } from '../testing/heartbeats.js';
import { TestApplication } from '../testing/test-application.js';
import { addPerson, askAs } from '../testing/test-people.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { TestWorker } from '../testing/test-worker.js';

const OTHER_DIGEST = 'cd'.repeat(32);

describe('deployments', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let worker: TestWorker;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    worker = await TestWorker.join(servers.nats.url, 'n-1');
    const other = storedModel({ digest: OTHER_DIGEST, fileName: 'other.gguf' });
    await worker.report({ models: [storedModel(), other] });
    await until('the node', () => controller.app.get(NodesService).models().length === 2);
    await until('the node’s row', () => client().node.findUnique({ where: { id: 'n-1' } }));
  });
  beforeEach(async () => {
    const { body } = await controller.admin('GET', '/deployments');
    for (const { name } of (body as { data: DeploymentView[] }).data) {
      await controller.admin('DELETE', `/deployments/${name}`);
    }
  });
  afterAll(async () => {
    await worker.leave();
    await controller.stop();
    await servers.remove();
  });

  const client = () => controller.app.get(PrismaService).client;
  const deploy = (name: string, fields: object = {}) =>
    controller.admin('POST', '/deployments', { name, model: MODEL_DIGEST, ...fields });
  const change = (name: string, update: object) =>
    controller.admin('PATCH', `/deployments/${name}`, update);
  const apply = (deployments: object[], options: object = {}) =>
    controller.admin('POST', '/apply', {
      documents: [{ apiVersion: 'corral/v1', deployments }],
      ...options,
    });
  async function audited(subjectId: string) {
    const rows = await client().auditEntry.findMany({
      where: { subjectKind: 'deployment', subjectId },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ action, before, after }) => ({ action, before, after }));
  }

  it('change in what is named, with what was before in the audit log', async () => {
    await deploy('team/a', { replicas: 2 });
    const { status, body } = await change('team/a', { idleTimeoutS: 60, aliases: ['x'] });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      desiredReplicas: 2,
      idleTimeoutS: 60,
      aliases: ['x'],
      revision: 1,
    });
    await controller.admin('DELETE', '/deployments/team/a');
    expect(await audited('team/a')).toEqual([
      {
        action: 'deployment.create',
        before: null,
        after: expect.objectContaining({ model: MODEL_DIGEST, replicas: 2, 'spec.slots': 4 }),
      },
      {
        action: 'deployment.update',
        before: { idleTimeoutS: null, aliases: null },
        after: { idleTimeoutS: 60, aliases: ['x'] },
      },
      {
        action: 'deployment.delete',
        before: expect.objectContaining({ idleTimeoutS: 60, aliases: ['x'] }),
        after: null,
      },
    ]);
  });

  it('say nothing to the audit log when nothing has changed', async () => {
    await deploy('quiet');
    expect((await change('quiet', { replicas: 1, spec: { slots: 4 } })).status).toBe(200);
    expect((await audited('quiet')).map(({ action }) => action)).toEqual(['deployment.create']);
  });

  it('begin a rollout to another model or other settings, one at a time', async () => {
    await deploy('team/a', { aliases: ['x'] });
    expect(
      (await change('team/a', { model: 'other.gguf', spec: { slots: 8 } })).body,
    ).toMatchObject({
      revision: 1,
      modelDigest: MODEL_DIGEST,
      rollout: { toRevision: 2 },
    });
    // That is what it is on its way to.
    expect((await change('team/a', { model: 'other.gguf', spec: { slots: 8 } })).status).toBe(200);
    expect(await change('team/a', { spec: { slots: 2 } })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('corral rollout undo team/a') } },
    });
    const { body } = await controller.admin('GET', '/revisions/team/a');
    const { data } = body as { data: RevisionView[] };
    expect(data.map(({ number, modelDigest, spec }) => [number, modelDigest, spec.slots])).toEqual([
      [2, OTHER_DIGEST, 8],
      [1, MODEL_DIGEST, 4],
    ]);
    expect((await controller.admin('GET', '/revisions/nobody')).status).toBe(404);
  });

  it.each<[string, object, number, string]>([
    ['a setting out of range', { spec: { slots: 0 } }, 400, 'spec.slots'],
    ['a setting that nobody knows', { spec: { slot: 1 } }, 400, 'spec'],
    ['one bound', { minReplicas: 1 }, 400, 'maxReplicas'],
    ['an unknown model', { model: 'nothing.gguf' }, 404, 'model'],
    ['an unknown node', { nodeId: 'n-9' }, 404, 'nodeId'],
    ['a taken alias', { aliases: ['other'] }, 409, 'aliases'],
  ])('refuse %s, and name the field', async (_, update, status, param) => {
    await deploy('a');
    await deploy('b', { aliases: ['other'] });
    expect(await change('a', update)).toMatchObject({ status, body: { error: { param } } });
    expect((await controller.admin('GET', '/deployments/a')).body).toMatchObject({
      aliases: [],
      spec: { slots: 4 },
    });
  });

  it('answer to an alias, which nobody else may be called', async () => {
    await deploy('a', { aliases: ['x'] });
    expect(await deploy('x')).toMatchObject({ status: 409, body: { error: { param: 'name' } } });
    const made = await controller.admin('POST', '/keys', { name: 'k' });
    const { apiKey } = made.body as { apiKey: string };
    const headers = { authorization: `Bearer ${apiKey}` };
    const { body } = await controller.ask('GET', '/v1/models/x', { headers });
    expect(body).toMatchObject({ id: 'a', aliases: ['x'] });
  });

  it('answer at once that they are switched off when scaled to nothing', async () => {
    await deploy('a', { replicas: 0 });
    const made = await controller.admin('POST', '/keys', { name: 'k' });
    const { apiKey } = made.body as { apiKey: string };
    const answer = await controller.ask('POST', '/v1/completions', {
      headers: { authorization: `Bearer ${apiKey}` },
      body: { model: 'a', prompt: 'Hello' },
    });
    expect(answer).toMatchObject({
      status: 503,
      body: {
        error: { code: 'model_unavailable', message: expect.stringMatching('switched off') },
      },
    });
  });

  it('are changed by admins alone, and seen by everybody', async () => {
    await deploy('a');
    const viewer = await addPerson(controller, 'viewer');
    const ask = (method: string, path: string, body?: object) =>
      askAs(controller, viewer, method, path, body);
    expect((await ask('PATCH', '/deployments/a', { replicas: 2 })).status).toBe(403);
    expect((await ask('POST', '/apply', { documents: [] })).status).toBe(403);
    expect((await ask('GET', '/revisions/a')).status).toBe(200);
  });

  it('become what a file declares, and then stay so', async () => {
    await deploy('a', { aliases: ['x'] });
    await deploy('b');
    const declared = [
      { name: 'b', model: MODEL_DIGEST, aliases: ['x'] },
      { name: 'a', model: 'tiny.gguf', spec: { slots: 8 } },
      { name: 'c', model: 'other.gguf', replicas: 2 },
    ];
    const { body } = await apply(declared);
    const actions = (plan: unknown) =>
      (plan as ApplyPlan).changes.map(({ name, action, rollout }) => [name, action, rollout]);
    expect(actions(body)).toEqual([
      ['b', 'change', false],
      ['a', 'change', true],
      ['c', 'create', false],
    ]);
    expect((await controller.admin('GET', '/deployments/a')).body).toMatchObject({
      rollout: { toRevision: 2 },
    });
    expect((await controller.admin('GET', '/deployments/b')).body).toMatchObject({
      aliases: ['x'],
    });
    const again = await apply(declared, { prune: true });
    expect(actions(again.body).map(([, action]) => action)).toEqual(
      Array.from({ length: 3 }, () => 'unchanged'),
    );
  });

  it('stay as they are in a dry run, which says where all would go', async () => {
    await deploy('a');
    const declared = { name: 'c', model: MODEL_DIGEST, replicas: 2 };
    const { body } = await apply([declared], { dryRun: true, prune: true });
    expect(body).toEqual({
      dryRun: true,
      changes: [
        expect.objectContaining({ name: 'c', action: 'create', placedOn: expect.any(Array) }),
        expect.objectContaining({ name: 'a', action: 'remove', placedOn: [] }),
      ],
    });
    expect((body as ApplyPlan).changes[0]?.placedOn).toEqual(['machine n-1', 'machine n-1']);
    expect(await client().deployment.findMany({ select: { name: true } })).toEqual([{ name: 'a' }]);
  });

  it('are all left alone when one of a file cannot be', async () => {
    await deploy('a');
    const declared = [
      { name: 'c', model: MODEL_DIGEST },
      { name: 'd', model: 'nothing.gguf' },
    ];
    expect(await apply(declared, { prune: true })).toMatchObject({
      status: 404,
      body: { error: { param: 'documents[0].deployments[1].model' } },
    });
    expect(await client().deployment.count()).toBe(1);
  });

  it('are declared without a field that nobody knows', async () => {
    expect(await apply([{ name: 'a', model: 'm', spec: { slot: 1 } }])).toMatchObject({
      status: 400,
      body: { error: { param: 'documents[0].deployments[0].spec' } },
    });
  });

  it('are one of a name, whoever makes them at the same time', async () => {
    const declared = [{ name: 'a', model: MODEL_DIGEST, aliases: ['x'] }];
    const answers = await Promise.all([
      deploy('x'),
      apply(declared),
      deploy('a', { aliases: ['x'] }),
      apply(declared),
      deploy('b', { aliases: ['x'] }),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
    const called = [
      ...(await client().deployment.findMany({ select: { name: true } })),
      ...(await client().deploymentAlias.findMany({ select: { name: true } })),
    ].map(({ name }) => name);
    expect(new Set(called).size).toBe(called.length);
    expect(called).toContain('x');
  });
});

/** What admins do with nodes, over HTTP on a whole controller; the workers are made up. */
import { connectBus, type Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT, type Change } from '@corral/contracts';
import { nodeViewSchema, type NodeView } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { PrismaService } from '../infra/prisma.service.js';
import { TestApplication, type Answer } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { TestWorker } from '../testing/test-worker.js';

describe('an admin', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  let bus: Bus;
  let app: TestApplication;
  let worker: TestWorker;
  const changes: Change[] = [];

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
    bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
    bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => void changes.push(change));
    app = await TestApplication.start(servers.config());
    worker = await TestWorker.join(servers.nats.url, 'gpu');
    await ready('gpu');
  });
  afterAll(async () => {
    await worker.leave();
    await app.stop();
    await bus.close();
    await prisma.onApplicationShutdown();
    await servers.remove();
  });

  const view = (answer: Answer): NodeView => nodeViewSchema.parse(answer.body);
  const node = async (id: string): Promise<NodeView> =>
    view(await app.admin('GET', `/nodes/${id}`));
  const ready = (id: string): Promise<NodeView> =>
    until(`${id} to be ready`, async () => {
      const answer = await app.admin('GET', `/nodes/${id}`);
      return answer.status === 200 && view(answer).state === 'ready' && view(answer);
    });
  const refusal = ({ status, body }: Answer): object => ({
    status,
    ...(body as { error: object }).error,
  });
  const audited = async (subjectId: string): Promise<string[]> => {
    const rows = await prisma.client.auditEntry.findMany({
      where: { subjectKind: 'node', subjectId },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ action }) => action);
  };

  it('labels a node by its id or its name, and sees what Corral worked out', async () => {
    const labelled = view(
      await app.admin('PATCH', '/nodes/gpu', { labels: { zone: 'a', hot: '' } }),
    );
    expect(labelled.labels).toEqual({ zone: 'a', hot: '' });
    expect(labelled.builtInLabels).toMatchObject({ 'corral/device': 'cpu' });
    const name = encodeURIComponent(labelled.name);
    const changed = await app.admin('PATCH', `/nodes/${name}`, { labels: { hot: null } });
    expect(view(changed).labels).toEqual({ zone: 'a' });
    expect(changes).toContainEqual({ what: 'nodes' });
  });

  it('is told which field is wrong, and which node there is not', async () => {
    expect(
      refusal(await app.admin('PATCH', '/nodes/gpu', { labels: { 'corral/os': 'plan9' } })),
    ).toMatchObject({ status: 400, param: 'labels' });
    expect(
      refusal(await app.admin('PATCH', '/nodes/gpu', { labels: { zone: 'not a value' } })),
    ).toMatchObject({ status: 400, param: 'labels.zone' });
    expect(refusal(await app.admin('POST', '/nodes/tpu/cordon'))).toMatchObject({ status: 404 });
  });

  it('makes a node polite, which the node is told until it knows', async () => {
    await app.admin('PATCH', '/nodes/gpu', { polite: true });
    await app.admin('POST', '/deployments', { name: 'm', model: 'tiny.gguf' });
    await until('the word', () => worker.assigned.at(-1)?.polite);
    await worker.report({ polite: true });
    await worker.carryOut();
    await app.admin('DELETE', '/deployments/m');
    await until('the empty list', () => worker.assigned.at(-1)?.assignments.length === 0);
    await worker.carryOut();
  });

  it('drains a node, which is cordoned by that, and ends it', async () => {
    const drained = view(await app.admin('POST', '/nodes/gpu/drain'));
    expect(drained.drainedAt).not.toBeNull();
    expect(drained.cordonedAt).toBe(drained.drainedAt);
    expect(refusal(await app.admin('POST', '/nodes/gpu/uncordon'))).toMatchObject({ status: 409 });
    expect(view(await app.admin('POST', '/nodes/gpu/drain')).drainedAt).toBe(drained.drainedAt);
    const back = view(await app.admin('POST', '/nodes/gpu/undrain'));
    expect(back).toMatchObject({ cordonedAt: null, drainedAt: null });
  });

  it('removes a node only when nothing is lost with it, or by force; it joins as new', async () => {
    await app.admin('PATCH', '/nodes/gpu', { labels: { zone: 'b' } });
    expect(refusal(await app.admin('DELETE', '/nodes/gpu'))).toMatchObject({
      status: 409,
      message: expect.stringMatching(/is alive\. Drain it first/),
    });
    expect((await app.admin('DELETE', '/nodes/gpu?force=true')).status).toBe(204);
    const rejoined = await ready('gpu');
    expect(rejoined.labels).toEqual({});
    worker.silence();
    await app.admin('POST', '/nodes/gpu/drain');
    expect((await app.admin('DELETE', '/nodes/gpu')).status).toBe(204);
    expect(refusal(await app.admin('GET', '/nodes/gpu'))).toMatchObject({ status: 404 });
  });

  it('leaves a trace of each change, and none of an order that changed nothing', async () => {
    expect(await audited('gpu')).toEqual([
      'node.update',
      'node.update',
      'node.update',
      'node.drain',
      'node.undrain',
      'node.update',
      'node.remove',
      'node.drain',
      'node.remove',
    ]);
  });

  it('sees nodes that have not been heard of since the controller started', async () => {
    await prisma.client.node.create({ data: { id: 'attic', name: 'attic' } });
    bus.publish(CHANGES_SUBJECT, changeSchema, { what: 'nodes' });
    const attic = await until('the node', async () => {
      const answer = await app.admin('GET', '/nodes/attic');
      return answer.status === 200 && view(answer);
    });
    expect(attic).toMatchObject({
      state: 'lost',
      silentMs: null,
      problems: ['Node attic is lost: nothing has been heard of it.'],
    });
    expect((await node('attic')).replicas).toEqual([]);
  });
});

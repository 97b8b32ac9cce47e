import { until } from '@corral/testing';
import {
  auditEntrySchema,
  deploymentViewSchema,
  rolloutViewSchema,
  startedRolloutSchema,
  type DeploymentView,
  type RolloutView,
} from '@corral/contracts/http';
import { LedgerRepository } from '../../ledger/ledger.repository.js';
import { settledRequest } from '../../testing/settled-requests.js';
import { TestApplication } from '../../testing/test-application.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { TestWorker } from '../../testing/test-worker.js';

const PATIENCE_MS = 20_000;

describe('rollouts', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let worker: TestWorker;
  /** Its replicas fail to load with that message. */
  let broken: { revisionId: string; message: string } | null = null;
  let carrying: NodeJS.Timeout;
  let names = 0;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    worker = await TestWorker.join(servers.nats.url, 'gpu-1');
    await until('the node', async () => {
      const { body } = await controller.admin('GET', '/nodes');
      return (body as { data: unknown[] }).data.length === 1;
    });
    carrying = setInterval(() => void carryOut(), 100);
  }, 60_000);
  afterAll(async () => {
    clearInterval(carrying);
    await worker.leave();
    await controller.stop();
    await servers.remove();
  });

  /** As a worker whose replicas are ready at once, but for the broken ones. */
  async function carryOut(): Promise<void> {
    if (worker.assigned.length === 0) return;
    await worker.carryOut();
    const at = broken;
    if (at === null) return;
    const failure = { code: 'model_unavailable' as const, message: at.message };
    const replicas = worker.heartbeat.replicas.map((replica) =>
      replica.revisionId === at.revisionId
        ? { ...replica, state: 'failed' as const, failure, slots: 0 }
        : replica,
    );
    await worker.report({ replicas });
  }

  /** Of three replicas, all ready. */
  async function deploy(): Promise<string> {
    names += 1;
    const name = `team/m${names}`;
    const body = { name, model: 'tiny.gguf', replicas: 3 };
    expect((await controller.admin('POST', '/deployments', body)).status).toBe(201);
    await until(
      'it to be ready',
      async () => (await deployment(name)).readyReplicas === 3,
      PATIENCE_MS,
    );
    return name;
  }
  const deployment = async (name: string) =>
    deploymentViewSchema.parse((await controller.admin('GET', `/deployments/${name}`)).body);
  /** The controller's memory follows the database. */
  const shown = (name: string, is: (view: DeploymentView) => boolean) =>
    until(
      'the deployment to be shown so',
      async () => {
        const view = await deployment(name);
        return is(view) ? view : null;
      },
      PATIENCE_MS,
    );
  const withoutRollout = ({ rollout }: DeploymentView): boolean => rollout === null;
  const begin = (name: string, order: object) =>
    controller.admin('POST', '/rollouts', { deployment: name, ...order });
  async function begun(name: string, order: object): Promise<RolloutView> {
    const answer = await begin(name, order);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    const { rollout } = startedRolloutSchema.parse(answer.body);
    if (rollout === null) throw new Error('a dry run');
    return rollout;
  }
  async function act(id: string, action: string): Promise<RolloutView> {
    const answer = await controller.admin('POST', `/rollouts/${id}/${action}`);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return rolloutViewSchema.parse(answer.body);
  }
  const view = async (id: string) =>
    rolloutViewSchema.parse((await controller.admin('GET', `/rollouts/${id}`)).body);
  const when = (id: string, what: string, is: (rollout: RolloutView) => boolean) =>
    until(
      what,
      async () => {
        const seen = await view(id);
        return is(seen) ? seen : null;
      },
      PATIENCE_MS,
    );
  const ended = (id: string) => when(id, 'the end', ({ endedAt }) => endedAt !== null);
  function revisionIds(name: string): string[] {
    const { assignments = [] } = worker.assigned.at(-1) ?? {};
    return assignments.filter((one) => one.deployment === name).map((one) => one.revisionId);
  }

  it('replace every replica, one after the other, and make the new revision the present one', async () => {
    const name = await deploy();
    const [old = ''] = revisionIds(name);
    const { id, state } = await begun(name, { spec: { slots: 8 } });
    expect(state).toBe('planned');
    const done = await ended(id);
    expect(done).toMatchObject({ state: 'completed', fromRevision: 1, toRevision: 2, weight: 100 });
    expect(await shown(name, withoutRollout)).toMatchObject({
      revision: 2,
      spec: { slots: 8 },
      readyReplicas: 3,
      rollout: null,
    });
    const revisions = revisionIds(name);
    expect(revisions).toHaveLength(3);
    expect(revisions).not.toContain(old);
    // At no time fewer than three: the most that were ever assigned was one more.
    const sizes = worker.assigned
      .map(({ assignments }) => assignments.filter((one) => one.deployment === name).length)
      .filter((size) => size > 0);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([3, 4]);
  }, 60_000);

  it('say first what they would do, and change nothing', async () => {
    const name = await deploy();
    const answer = await begin(name, { spec: { slots: 8 }, dryRun: true });
    const { rollout, plan } = startedRolloutSchema.parse(answer.body);
    expect(rollout).toBeNull();
    expect(plan).toMatchObject({ desired: 3, outcome: 'completes' });
    expect(plan.steps.filter(({ action }) => action === 'load')).toHaveLength(3);
    expect(Math.min(...plan.steps.map(({ readyReplicas }) => readyReplicas))).toBe(3);
    expect(await deployment(name)).toMatchObject({ revision: 1, rollout: null });
  }, 60_000);

  it('are refused while one is under way, with what to do', async () => {
    const name = await deploy();
    const { id } = await begun(name, {
      spec: { slots: 8 },
      strategy: { canarySteps: [50], bakeS: 600 },
    });
    const second = await begin(name, { spec: { slots: 2 } });
    expect(second).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect(JSON.stringify(second.body)).toContain(`corral rollout undo ${name}`);
    await act(id, 'rollback');
    await ended(id);
  }, 60_000);

  it.each([
    [{ spec: { slot: 8 } }, 400, 'spec.slot'],
    [{ spec: { slots: 0 } }, 400, 'spec.slots'],
    [{ model: 'none.gguf' }, 404, 'model'],
    [{ revision: 9 }, 404, 'revision'],
    [{}, 400, 'spec'],
    [{ spec: {} }, 409, null],
    [{ spec: { slots: 8 }, strategy: { canarySteps: [50, 10] } }, 400, 'strategy.canarySteps'],
    [
      { spec: { slots: 8 }, strategy: { method: 'drain_and_swap' } },
      400,
      'strategy.maxUnavailable',
    ],
  ])('refuse %j with %i, naming the field', async (order, status, param) => {
    names += 1;
    const name = `fields${names}`;
    const body = { name, model: 'tiny.gguf', replicas: 1 };
    await controller.admin('POST', '/deployments', body);
    const refused = await begin(name, order);
    expect(refused.status).toBe(status);
    expect((refused.body as { error: { param?: string | null } }).error.param ?? null).toBe(param);
    await controller.admin('DELETE', `/deployments/${name}`);
  });

  it('try a canary, can be paused, resumed and promoted by hand, and keep the books', async () => {
    const name = await deploy();
    const { id } = await begun(name, {
      spec: { slots: 8 },
      strategy: { canarySteps: [10, 50], bakeS: 600 },
    });
    const canary = await when(id, 'the canary', ({ weight }) => weight === 10);
    expect(canary).toMatchObject({ state: 'progressing', step: 0 });
    expect(canary.replicas).toMatchObject({ desired: 3, fromReady: 3, toReady: 1 });
    expect(await shown(name, ({ rollout }) => rollout?.weight === 10)).toMatchObject({
      revision: 1,
      rollout: { id, toRevision: 2, state: 'progressing', weight: 10 },
    });
    expect(await act(id, 'pause')).toMatchObject({ state: 'paused', reason: 'Paused by hand.' });
    const twice = await controller.admin('POST', `/rollouts/${id}/pause`);
    expect(twice.status).toBe(409);
    expect(await act(id, 'resume')).toMatchObject({
      state: 'progressing',
      reason: null,
      weight: 10,
    });
    expect(await act(id, 'promote')).toMatchObject({ step: 2 });
    expect((await ended(id)).state).toBe('completed');
    const { body } = await controller.admin('GET', '/audit?limit=20&subjectKind=deployment');
    const entries = auditEntrySchema.array().parse((body as { data: unknown[] }).data);
    const actions = entries
      .filter(({ after }) => JSON.stringify(after).includes(id))
      .map(({ action }) => action);
    expect(actions).toEqual([
      'rollout.promote',
      'rollout.resume',
      'rollout.pause',
      'rollout.start',
    ]);
  }, 60_000);

  it('roll themselves back when the new revision cannot be loaded, and say why', async () => {
    const name = await deploy();
    const before = new Set(revisionIds(name));
    const { id } = await begun(name, { spec: { slots: 8 } });
    const fresh = await until(
      'the new replica',
      () => revisionIds(name).find((revision) => !before.has(revision)),
      PATIENCE_MS,
    );
    broken = { revisionId: fresh, message: 'The model file is refused: it is cut off.' };
    const done = await ended(id);
    broken = null;
    expect(done.state).toBe('rolled_back');
    expect(done.reason).toContain('The model file is refused: it is cut off.');
    expect(done.events.at(-1)?.message).toContain('Revision 1 has 3 of 3 replicas ready again');
    expect(await shown(name, withoutRollout)).toMatchObject({
      revision: 1,
      readyReplicas: 3,
      rollout: null,
    });
    expect(new Set(revisionIds(name))).toEqual(before);
  }, 60_000);

  it('roll themselves back when its requests fail more often, whichever controller had them', async () => {
    const name = await deploy();
    const { id } = await begun(name, {
      spec: { slots: 8 },
      strategy: { canarySteps: [50], bakeS: 600, gates: { minRequests: 10 } },
    });
    await when(id, 'the canary', ({ weight }) => weight === 50);
    const ids = [...new Set(revisionIds(name))];
    const createdAt = new Date(Date.now() + 1_000).toISOString();
    const settled = ids.flatMap((revisionId, at) =>
      Array.from({ length: 10 }, (_, request) =>
        settledRequest({
          requestId: `req_${name}_${at}_${request}`,
          controllerId: `c-${request % 2}`,
          createdAt,
          deployment: name,
          revisionId,
          status: at === 1 && request < 3 ? 'failed' : 'completed',
        }),
      ),
    );
    await controller.app.get(LedgerRepository).write({ opened: [], orphaned: [], settled });
    const done = await ended(id);
    expect(done).toMatchObject({ state: 'rolled_back', weight: 0 });
    expect(done.reason).toContain('30.0 % of its requests failed (3 of 10)');
  }, 60_000);

  it('go on under another leader', async () => {
    const name = await deploy();
    const { id } = await begun(name, {
      spec: { slots: 8 },
      strategy: { canarySteps: [50], bakeS: 600 },
    });
    await when(id, 'the canary', ({ weight }) => weight === 50);
    await controller.stop();
    controller = await TestApplication.start(servers.config());
    await when(id, 'the canary, unchanged', ({ replicas }) => replicas?.toReady === 2);
    await act(id, 'promote');
    expect((await ended(id)).state).toBe('completed');
    expect(await shown(name, withoutRollout)).toMatchObject({ revision: 2, readyReplicas: 3 });
  }, 60_000);

  it('go back to an earlier revision, and list all that there was', async () => {
    const name = await deploy();
    const there = await begun(name, { spec: { slots: 8 } });
    await ended(there.id);
    const back = await begun(name, { revision: 1 });
    expect(back).toMatchObject({ fromRevision: 2, toRevision: 1 });
    await ended(back.id);
    expect(await shown(name, withoutRollout)).toMatchObject({ revision: 1, spec: { slots: 4 } });
    const { body } = await controller.admin('GET', `/rollouts?deployment=${name}`);
    const all = rolloutViewSchema.array().parse((body as { data: unknown[] }).data);
    expect(all.map(({ id }) => id)).toEqual([back.id, there.id]);
  }, 60_000);
});

import type { CreatedJoinToken, JoinTokenView } from '@corral/contracts/http';
import { PrismaService } from '../infra/prisma.service.js';
import { JoiningMachine } from '../testing/joined-machine.js';
import { startOperatorNats, type OperatorNats } from '../testing/operator-nats.js';
import { TestApplication } from '../testing/test-application.js';
import { startServers, type TestServers } from '../testing/test-servers.js';

const NOT_VALID = /not valid: it is unknown, was used before, or is too old.*corral join-token/;

describe('a machine that wants to join', () => {
  let servers: TestServers;
  let nats: OperatorNats;
  let controller: TestApplication;
  let count = 0;

  beforeAll(async () => {
    [servers, nats] = await Promise.all([startServers(), startOperatorNats()]);
    controller = await TestApplication.start(servers.config(nats.environment));
  });
  afterAll(async () => {
    await controller.stop();
    await Promise.all([servers.remove(), nats.remove()]);
  });

  const client = () => controller.app.get(PrismaService).client;
  const machine = () => new JoiningMachine(controller, `node-${(count += 1)}`);
  async function newToken(wanted: object = {}): Promise<CreatedJoinToken> {
    const { status, body } = await controller.admin('POST', '/join-tokens', wanted);
    expect(status).toBe(201);
    return body as CreatedJoinToken;
  }
  async function tokens(): Promise<JoinTokenView[]> {
    const { body } = await controller.admin('GET', '/join-tokens');
    return (body as { data: JoinTokenView[] }).data;
  }

  it('gets in by a token that is shown once, and is known by its key and labels', async () => {
    const created = await newToken({ labels: { room: 'b2' } });
    expect(created).toMatchObject({ state: 'open', url: controller.url });
    const gpu = machine();
    const answer = await gpu.join(created.token);
    expect(answer).toMatchObject({
      status: 200,
      body: { nodeId: gpu.nodeId, natsUrl: nats.server.url, ca: null },
    });
    const row = await client().node.findUnique({ where: { id: gpu.nodeId } });
    expect(row).toMatchObject({ natsPublicKey: gpu.key.publicKey, labels: { room: 'b2' } });
    const listed = await tokens();
    expect(listed.find(({ id }) => id === created.id)).toMatchObject({
      state: 'used',
      usedBy: gpu.nodeId,
    });
    expect(JSON.stringify(listed)).not.toContain(created.token);
    const bus = await gpu.connect(answer);
    await bus.close();
  });

  it('finds a token used up, and hears what to do', async () => {
    const { token } = await newToken();
    expect((await machine().join(token)).status).toBe(200);
    const second = await machine().join(token);
    expect(second).toMatchObject({
      status: 403,
      body: { error: { code: 'permission_denied', message: expect.stringMatching(NOT_VALID) } },
    });
  });

  it('hears the same of a token that is too old, deleted, or was never made', async () => {
    const [old, deleted] = [await newToken(), await newToken()];
    const past = new Date(Date.now() - 1_000);
    await client().joinToken.update({ where: { id: old.id }, data: { expiresAt: past } });
    expect((await controller.admin('DELETE', `/join-tokens/${deleted.id}`)).status).toBe(204);
    const answers = await Promise.all(
      [old.token, deleted.token, 'corral-join-guess'].map((token) => machine().join(token)),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(403);
      expect(JSON.stringify(body)).toMatch(NOT_VALID);
    }
    expect((await tokens()).find(({ id }) => id === old.id)?.state).toBe('expired');
  });

  it('may look a token up for a month after it is over', async () => {
    const day = 24 * 60 * 60 * 1_000;
    const [recent, old] = [await newToken(), await newToken()];
    for (const [{ id }, days] of [
      [recent, 29],
      [old, 31],
    ] as const) {
      const expiresAt = new Date(Date.now() - days * day);
      await client().joinToken.update({ where: { id }, data: { expiresAt } });
    }
    await newToken();
    const ids = (await tokens()).map(({ id }) => id);
    expect([ids.includes(recent.id), ids.includes(old.id)]).toEqual([true, false]);
  });

  it('is one of twenty that try the same token at the same time', async () => {
    const { token } = await newToken();
    const machines = Array.from({ length: 20 }, machine);
    const answers = await Promise.all(machines.map((one) => one.join(token)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 403)]);
    const joined = machines.filter((_, at) => answers[at]?.status === 200);
    const rows = await client().node.findMany({
      where: { id: { in: machines.map(({ nodeId }) => nodeId) } },
    });
    expect(rows.map(({ id }) => id)).toEqual(joined.map(({ nodeId }) => nodeId));
  });

  it('may come again with its own key, and not with another', async () => {
    const gpu = machine();
    expect((await gpu.join((await newToken()).token)).status).toBe(200);
    expect((await gpu.join((await newToken()).token)).status).toBe(200);
    const { token } = await newToken();
    const impostor = new JoiningMachine(controller, gpu.nodeId);
    expect(await impostor.join(token)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('has joined with another key') } },
    });
    expect((await machine().join(token)).status).toBe(200);
  });

  it('cannot take the key of another node for its own', async () => {
    const gpu = machine();
    await gpu.join((await newToken()).token);
    const copy = machine();
    const { publicKey } = gpu.key;
    expect(await copy.join((await newToken()).token, { publicKey })).toMatchObject({ status: 409 });
  });

  it('cannot have a key with a typing mistake, or a node id that could be a wildcard', async () => {
    const { token } = await newToken();
    const wrong = `${'U'.padEnd(55, 'A')}B`;
    expect(await machine().join(token, { publicKey: wrong })).toMatchObject({
      status: 400,
      body: { error: { param: 'publicKey' } },
    });
    expect(await machine().join(token, { nodeId: '*' })).toMatchObject({ status: 400 });
    expect(await machine().join(token, { nodeId: 'a.b' })).toMatchObject({ status: 400 });
  });

  it('is written down, with the token that let it in and never its secret', async () => {
    const { token, id } = await newToken();
    const gpu = machine();
    await gpu.join(token);
    const entries = await client().auditEntry.findMany({
      where: { subjectId: { in: [id, gpu.nodeId] } },
      orderBy: { id: 'asc' },
    });
    expect(entries.map(({ action }) => action)).toEqual(['join_token.create', 'node.enrol']);
    expect(entries[1]?.after).toMatchObject({ joinToken: id, publicKey: gpu.key.publicKey });
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  it('has a token of an hour unless told otherwise, and of a week at most', async () => {
    const { createdAt, expiresAt } = await newToken();
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(3_600_000);
    const answer = await controller.admin('POST', '/join-tokens', { ttlSeconds: 604_801 });
    expect(answer).toMatchObject({ status: 400, body: { error: { param: 'ttlSeconds' } } });
  });

  it('gets no token where NATS has only shared credentials, and hears why', async () => {
    const plain = await TestApplication.start(servers.config());
    const answer = await plain.admin('POST', '/join-tokens', {});
    expect(answer).toMatchObject({ status: 409 });
    expect(JSON.stringify(answer.body)).toContain('corral nats init');
    await plain.stop();
  });
});

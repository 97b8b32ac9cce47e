import { connectBus, type Bus } from '@corral/bus';
import { changeSchema, CHANGES_SUBJECT, type Change } from '@corral/contracts';
import type { UserView } from '@corral/contracts/http';
import { until } from '@corral/testing';
import { PrismaService } from '../../infra/prisma.service.js';
import { TestApplication } from '../../testing/test-application.js';
import { addPerson, addTeam, askAs, signIn, type TestPerson } from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';

describe('people', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let bus: Bus;
  const changes: Change[] = [];
  let red: string;
  let blue: string;
  let admin: TestPerson;
  let lead: TestPerson;
  let developer: TestPerson;
  let viewer: TestPerson;
  let stranger: TestPerson;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
    bus.subscribe(CHANGES_SUBJECT, changeSchema, (change) => changes.push(change));
    await bus.flush();
    [red, blue] = [await addTeam(controller), await addTeam(controller)];
    admin = await addPerson(controller, 'admin');
    lead = await addPerson(controller, 'lead', red);
    developer = await addPerson(controller, 'developer', red);
    viewer = await addPerson(controller, 'viewer', red);
    stranger = await addPerson(controller, 'developer', blue);
  });
  afterAll(async () => {
    await bus.close();
    await controller.stop();
    await servers.remove();
  });

  const patch = (by: TestPerson, whom: TestPerson, change: object) =>
    askAs(controller, by, 'PATCH', `/users/${whom.id}`, change);
  const client = () => controller.app.get(PrismaService).client;
  const addKey = (teamId: string, userId: string) =>
    client().apiKey.create({ data: { name: 'k', teamId, userId } });
  const seenBy = async (by: TestPerson): Promise<string[]> => {
    const { body } = await askAs(controller, by, 'GET', '/users');
    return (body as { data: UserView[] }).data.map(({ id }) => id);
  };

  it('are all listed to an admin, a team’s to its lead, and oneself to the rest', async () => {
    expect(await seenBy(admin)).toEqual(expect.arrayContaining([lead.id, stranger.id, admin.id]));
    expect((await seenBy(lead)).sort()).toEqual([lead.id, developer.id, viewer.id].sort());
    expect(await seenBy(developer)).toEqual([developer.id]);
    expect(await seenBy(viewer)).toEqual([viewer.id]);
  });

  it('of another team are not there for a lead, to read or to change', async () => {
    expect((await askAs(controller, lead, 'GET', `/users/${stranger.id}`)).status).toBe(404);
    expect((await patch(lead, stranger, { disabled: true })).status).toBe(404);
    expect((await askAs(controller, developer, 'GET', `/users/${lead.id}`)).status).toBe(404);
    expect((await askAs(controller, stranger, 'GET', `/users/${developer.id}`)).status).toBe(404);
  });

  it('may be changed by their lead within limits', async () => {
    expect((await patch(lead, developer, { role: 'viewer' })).status).toBe(403);
    expect((await patch(lead, developer, { role: 'developer', name: 'Dev' })).body).toMatchObject({
      role: 'developer',
      name: 'Dev',
    });
    for (const role of ['lead', 'admin']) {
      expect((await patch(lead, developer, { role })).status).toBe(403);
    }
    expect((await patch(lead, developer, { teamId: blue })).status).toBe(403);
    expect((await patch(lead, lead, { role: 'admin' })).status).toBe(403);
    const boss = await addPerson(controller, 'admin', red);
    expect((await patch(lead, boss, { disabled: true })).status).toBe(403);
    expect((await patch(admin, boss, { disabled: true })).status).toBe(200);
  });

  it('may not be changed by themselves or each other', async () => {
    expect((await patch(developer, developer, { role: 'admin' })).status).toBe(403);
    expect((await patch(viewer, viewer, { name: 'x' })).status).toBe(403);
  });

  it('are out at once when they are disabled, and their keys are read again', async () => {
    const person = await addPerson(controller, 'developer', red);
    changes.length = 0;
    const disabled = await patch(lead, person, { disabled: true });
    expect(disabled.body).toMatchObject({ disabledAt: expect.any(String), lastSignInAt: null });
    expect((await askAs(controller, person, 'GET', '/me')).status).toBe(401);
    await until('the keys to be announced', () => changes.some(({ what }) => what === 'api_keys'));
    expect((await signIn(controller, person.email)).status).toBe(401);
    expect((await patch(lead, person, { disabled: false })).body).toMatchObject({
      disabledAt: null,
    });
    expect((await signIn(controller, person.email)).status).toBe(200);
  });

  it('are out at once even when only the row says that they are disabled', async () => {
    const person = await addPerson(controller, 'developer');
    const disabledAt = new Date();
    await client().user.update({ where: { id: person.id }, data: { disabledAt } });
    expect((await askAs(controller, person, 'GET', '/me')).status).toBe(401);
  });

  it('take their keys along into another team', async () => {
    const person = await addPerson(controller, 'developer', red);
    const { id } = await addKey(red, person.id);
    expect((await patch(admin, person, { teamId: 'nowhere' })).status).toBe(404);
    expect((await patch(admin, person, { teamId: blue })).body).toMatchObject({ teamId: blue });
    expect(await client().apiKey.findUnique({ where: { id } })).toMatchObject({ teamId: blue });
    expect((await askAs(controller, person, 'GET', '/me')).status).toBe(401);
    const entry = await client().auditEntry.findFirst({ where: { subjectId: person.id } });
    expect(entry).toMatchObject({
      action: 'user.move',
      actorEmail: admin.email,
      before: { teamId: red },
      after: { teamId: blue },
    });
  });

  it('always have an active admin among them, whatever is tried at once', async () => {
    const [one, other] = [admin, await addPerson(controller, 'admin')];
    const answers = await Promise.all([
      patch(one, other, { role: 'developer' }),
      patch(other, one, { disabled: true }),
    ]);
    const active = await client().user.count({ where: { role: 'admin', disabledAt: null } });
    expect(active).toBe(1);
    // The later of them is refused for its rule, or since its asker is no admin any more.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('keep their last admin', async () => {
    const last = await client().user.findFirstOrThrow({
      where: { role: 'admin', disabledAt: null },
      include: { team: true },
    });
    for (const change of [{ disabled: true }, { role: 'lead' }]) {
      expect(await controller.admin('PATCH', `/users/${last.id}`, change)).toMatchObject({
        status: 409,
        body: { error: { code: 'conflict' } },
      });
    }
    const disabled = await controller.admin('PATCH', `/teams/${last.teamId}`, { disabled: true });
    expect(disabled.status).toBe(409);
    expect(await client().user.findUnique({ where: { id: last.id } })).toMatchObject({
      role: 'admin',
      disabledAt: null,
    });
  });
});

import type { SessionView } from '@corral/contracts/http';
import { PrismaService } from '../../infra/prisma.service.js';
import { TestApplication } from '../../testing/test-application.js';
import { addPerson, addTeam, askAs, signedIn, type TestPerson } from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';

describe('sessions', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let red: string;
  let admin: TestPerson;
  let lead: TestPerson;
  let developer: TestPerson;
  let stranger: TestPerson;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    red = await addTeam(controller);
    admin = await addPerson(controller, 'admin', red);
    lead = await addPerson(controller, 'lead', red);
    developer = await addPerson(controller, 'developer', red);
    stranger = await addPerson(controller, 'developer');
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  const ask = (by: TestPerson, method: string, path: string) => askAs(controller, by, method, path);
  const client = () => controller.app.get(PrismaService).client;
  const listed = async (by: TestPerson, whose?: TestPerson): Promise<SessionView[]> => {
    const query = whose === undefined ? '' : `?userId=${whose.id}`;
    return ((await ask(by, 'GET', `/sessions${query}`)).body as { data: SessionView[] }).data;
  };
  const sessionOf = async ({ id }: TestPerson): Promise<string> =>
    (await client().session.findFirstOrThrow({ where: { userId: id } })).id;

  it('are listed to their owner, who sees which one is in use, and never a token', async () => {
    const second = await signedIn(controller, developer.email);
    const sessions = await listed(developer);
    expect(sessions.map(({ current }) => current)).toEqual([false, true]);
    expect(sessions[0]).toMatchObject({ userId: developer.id, email: developer.email });
    expect(JSON.stringify(sessions)).not.toContain(decodeURIComponent(second.cookie).slice(-20));
    for (const { token } of await client().session.findMany()) {
      expect(JSON.stringify(sessions)).not.toContain(token);
    }
  });

  it('of others are listed to admins and to the lead of their team', async () => {
    expect(await listed(admin, stranger)).toHaveLength(1);
    expect(await listed(lead, developer)).not.toHaveLength(0);
    expect((await ask(lead, 'GET', `/sessions?userId=${stranger.id}`)).status).toBe(404);
    expect((await ask(developer, 'GET', `/sessions?userId=${lead.id}`)).status).toBe(404);
    const { body } = await controller.admin('GET', '/sessions');
    expect((body as { data: object[] }).data.length).toBeGreaterThan(3);
  });

  it('end when their owner, their lead or an admin says so', async () => {
    for (const by of [developer, lead, admin]) {
      const { cookie, origin } = await signedIn(controller, developer.email);
      const other = { ...developer, headers: { cookie, origin } };
      const [newest] = await listed(other);
      expect((await ask(by, 'DELETE', `/sessions/${newest?.id}`)).status).toBe(204);
      expect((await ask(other, 'GET', '/me')).status).toBe(401);
    }
    expect((await ask(developer, 'GET', '/me')).status).toBe(200);
    const ended = await client().auditEntry.findMany({ where: { action: 'session.end' } });
    expect(ended.map(({ actorEmail }) => actorEmail)).toEqual([
      developer.email,
      lead.email,
      admin.email,
    ]);
  });

  it('of somebody else are not there, and an admin’s are not a lead’s to end', async () => {
    for (const by of [developer, lead]) {
      const path = `/sessions/${await sessionOf(stranger)}`;
      expect((await ask(by, 'DELETE', path)).status).toBe(404);
    }
    expect((await ask(lead, 'DELETE', `/sessions/${await sessionOf(admin)}`)).status).toBe(403);
    expect((await ask(lead, 'DELETE', `/users/${admin.id}/sessions`)).status).toBe(403);
    expect((await ask(lead, 'DELETE', `/users/${stranger.id}/sessions`)).status).toBe(404);
    expect((await ask(developer, 'DELETE', `/users/${developer.id}/sessions`)).status).toBe(403);
  });

  it('all end at once when somebody is signed out everywhere', async () => {
    const person = await addPerson(controller, 'developer', red);
    await signedIn(controller, person.email);
    expect((await ask(lead, 'DELETE', `/users/${person.id}/sessions`)).status).toBe(204);
    expect(await client().session.count({ where: { userId: person.id } })).toBe(0);
    expect((await ask(person, 'GET', '/me')).status).toBe(401);
  });
});

import type { TeamView } from '@corral/contracts/http';
import { PrismaService } from '../../infra/prisma.service.js';
import { TestApplication } from '../../testing/test-application.js';
import { addPerson, addTeam, askAs, signIn, type TestPerson } from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';

describe('teams', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let red: string;
  let blue: string;
  let admin: TestPerson;
  let developer: TestPerson;
  let viewer: TestPerson;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    [red, blue] = [await addTeam(controller), await addTeam(controller)];
    admin = await addPerson(controller, 'admin');
    developer = await addPerson(controller, 'developer', red);
    viewer = await addPerson(controller, 'viewer', blue);
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  const ask = (by: TestPerson, method: string, path: string, body?: object) =>
    askAs(controller, by, method, path, body);
  const client = () => controller.app.get(PrismaService).client;
  const seenBy = async (by: TestPerson): Promise<string[]> => {
    const { body } = await ask(by, 'GET', '/teams');
    return (body as { data: TeamView[] }).data.map(({ id }) => id);
  };

  it('are all seen by admins and viewers, and else only the own one', async () => {
    const all = ['default', red, blue].sort();
    expect((await seenBy(admin)).sort()).toEqual(all);
    expect((await seenBy(viewer)).sort()).toEqual(all);
    expect(await seenBy(developer)).toEqual([red]);
    expect((await ask(developer, 'GET', `/teams/${red}`)).body).toMatchObject({
      users: 1,
      keys: 0,
    });
    expect((await ask(developer, 'GET', `/teams/${blue}`)).status).toBe(404);
  });

  it('are made, renamed and removed, with an entry in the audit log each', async () => {
    const { body } = await ask(admin, 'POST', '/teams', { name: ' Research ' });
    const { id, name } = body as TeamView;
    expect(name).toBe('Research');
    expect((await ask(admin, 'POST', '/teams', { name: 'Research' })).status).toBe(409);
    expect((await ask(admin, 'PATCH', `/teams/${id}`, { name: 'Everyone' })).status).toBe(409);
    expect((await ask(admin, 'PATCH', `/teams/${id}`, { name: 'Science' })).status).toBe(200);
    expect((await ask(admin, 'DELETE', `/teams/${id}`)).status).toBe(204);
    expect((await ask(admin, 'GET', `/teams/${id}`)).status).toBe(404);
    const entries = await client().auditEntry.findMany({
      where: { subjectKind: 'team', subjectId: id },
      orderBy: { id: 'asc' },
    });
    expect(entries.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
      { action: 'team.create', before: null, after: { name: 'Research', disabledAt: null } },
      {
        action: 'team.update',
        before: { name: 'Research', disabledAt: null },
        after: { name: 'Science', disabledAt: null },
      },
      { action: 'team.delete', before: { name: 'Science', disabledAt: null }, after: null },
    ]);
  });

  it('are not removed with somebody or something in them, nor is the first one', async () => {
    expect(await ask(admin, 'DELETE', `/teams/${red}`)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringMatching(/people \(1\).*keys \(0/) } },
    });
    const keyed = await addTeam(controller);
    await client().apiKey.create({ data: { name: 'k', teamId: keyed, revokedAt: new Date() } });
    expect((await ask(admin, 'DELETE', `/teams/${keyed}`)).status).toBe(409);
    expect((await ask(admin, 'DELETE', '/teams/default')).status).toBe(409);
  });

  it('take their people with them when they are disabled', async () => {
    const team = await addTeam(controller);
    const person = await addPerson(controller, 'lead', team);
    await ask(admin, 'PATCH', `/teams/${team}`, { disabled: true });
    expect((await ask(person, 'GET', '/me')).status).toBe(401);
    expect(await client().session.count({ where: { userId: person.id } })).toBe(0);
    expect((await signIn(controller, person.email)).status).toBe(401);
    await ask(admin, 'PATCH', `/teams/${team}`, { disabled: false });
    expect((await signIn(controller, person.email)).status).toBe(200);
  });

  it('have an organisation above them, which everybody reads and admins rename', async () => {
    expect((await ask(admin, 'PATCH', '/organisation', { name: 'Acme' })).body).toEqual({
      id: 'organisation',
      name: 'Acme',
    });
    expect((await ask(viewer, 'GET', '/organisation')).body).toMatchObject({ name: 'Acme' });
    expect((await ask(developer, 'PATCH', '/organisation', { name: 'Mine' })).status).toBe(403);
  });

  it('are named to whoever asks who they are', async () => {
    expect((await ask(developer, 'GET', '/me')).body).toEqual({
      kind: 'user',
      userId: developer.id,
      email: developer.email,
      name: 'developer',
      role: 'developer',
      teamId: red,
      teamName: expect.stringMatching(/^team /),
    });
    expect((await controller.admin('GET', '/me')).body).toMatchObject({
      kind: 'admin_token',
      userId: null,
      role: 'admin',
    });
  });
});

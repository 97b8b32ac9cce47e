import {
  createdKeySchema,
  keyInfoSchema,
  ORGANISATION_ID,
  quotaViewSchema,
  type CreatedKey,
  type QuotaView,
} from '@corral/contracts/http';
import { PrismaService } from '../infra/prisma.service.js';
import { TestApplication, type Answer } from '../testing/test-application.js';
import { addPerson, addTeam, askAs, type TestPerson } from '../testing/test-people.js';
import { startServers, type TestServers } from '../testing/test-servers.js';

describe('limits in the admin API', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let red: string;
  let blue: string;
  let admin: TestPerson;
  let lead: TestPerson;
  let developer: TestPerson;
  let stranger: TestPerson;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    [red, blue] = [await addTeam(controller), await addTeam(controller)];
    admin = await addPerson(controller, 'admin');
    lead = await addPerson(controller, 'lead', red);
    developer = await addPerson(controller, 'developer', red);
    stranger = await addPerson(controller, 'developer', blue);
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  const get = (by: TestPerson, subject: string) =>
    askAs(controller, by, 'GET', `/quotas/${subject}`);
  const set = (by: TestPerson, subject: string, limits: object) =>
    askAs(controller, by, 'PATCH', `/quotas/${subject}`, limits);
  const viewOf = ({ body }: Answer): QuotaView => quotaViewSchema.parse(body);

  async function newKey(change: object = {}): Promise<CreatedKey> {
    const body = { name: 'k', userId: developer.id, ...change };
    return createdKeySchema.parse((await askAs(controller, lead, 'POST', '/keys', body)).body);
  }

  it('are set one by one: what is left out stays, and null takes a limit away', async () => {
    await set(admin, `team/${red}`, { requestsPerMinute: 60, tokensPerDay: 1_000 });
    const { limits, use } = viewOf(await set(admin, `team/${red}`, { tokensPerDay: null }));
    expect(limits).toMatchObject({ requestsPerMinute: 60, tokensPerDay: null });
    expect(use).toMatchObject([
      { metric: 'requests', window: 'minute', limit: 60, used: 0, reserved: 0 },
    ]);
    expect(viewOf(await get(lead, `team/${red}`)).limits).toEqual(limits);
  });

  it('are audited, with what held before', async () => {
    await set(admin, `team/${blue}`, { concurrentRequests: 5 });
    await set(admin, `team/${blue}`, { concurrentRequests: 6 });
    const [entry] = await controller.app.get(PrismaService).client.auditEntry.findMany({
      where: { subjectKind: 'quota', subjectId: `team/${blue}` },
      orderBy: { id: 'desc' },
    });
    expect(entry).toMatchObject({
      actorId: admin.id,
      action: 'quota.update',
      before: { concurrentRequests: 5 },
      after: { concurrentRequests: 6 },
    });
  });

  it('below a team are its lead’s to set, but for the own', async () => {
    const key = await newKey();
    expect((await set(lead, `user/${developer.id}`, { tokensPerDay: 10 })).status).toBe(200);
    expect((await set(lead, `key/${key.id}`, { tokensPerDay: 5 })).status).toBe(200);
    for (const subject of [`team/${red}`, `user/${lead.id}`, `organisation/${ORGANISATION_ID}`]) {
      expect((await set(lead, subject, { tokensPerDay: 10 })).status).toBe(403);
    }
  });

  it('of others are not there, and nobody else sets any', async () => {
    for (const subject of [`team/${blue}`, `user/${stranger.id}`, 'key/none']) {
      expect((await get(lead, subject)).status).toBe(404);
      expect((await set(lead, subject, { tokensPerDay: 1 })).status).toBe(404);
    }
    const key = await newKey();
    for (const subject of [`user/${lead.id}`, `team/${red}`]) {
      expect((await get(developer, subject)).status).toBe(404);
    }
    expect((await get(stranger, `key/${key.id}`)).status).toBe(404);
    expect((await get(developer, `key/${key.id}`)).status).toBe(200);
    expect((await set(developer, `key/${key.id}`, { tokensPerDay: 1 })).status).toBe(403);
  });

  it('of the organisation are seen by everyone whom they bind', async () => {
    await set(admin, `organisation/${ORGANISATION_ID}`, { microdollarsPerMonth: 5_000_000 });
    for (const person of [lead, developer, stranger]) {
      const { limits } = viewOf(await get(person, `organisation/${ORGANISATION_ID}`));
      expect(limits.microdollarsPerMonth).toBe(5_000_000);
    }
    await set(admin, `organisation/${ORGANISATION_ID}`, { microdollarsPerMonth: null });
  });

  it.each([
    [{ requestsPerMinute: -1 }, 'requestsPerMinute'],
    [{ tokensPerDay: 1.5 }, 'tokensPerDay'],
    [{ tokensPerDay: 1e300 }, 'tokensPerDay'],
    [{ priority: 'first' }, 'priority'],
    [{ allowedModels: ['no blanks'] }, 'allowedModels[0]'],
  ])('refuse %j, naming the field', async (limits, param) => {
    const refused = await set(admin, `team/${red}`, limits);
    expect(refused).toMatchObject({ status: 400, body: { error: { param } } });
  });

  it('are told to whoever holds a key, the tightest first', async () => {
    await set(admin, `team/${red}`, { requestsPerMinute: 60 });
    const key = await newKey({
      limits: { tokensPerDay: 0, maxOutputTokens: 100, allowedModels: ['a', 'b'] },
    });
    await set(admin, `user/${developer.id}`, { allowedModels: ['b', 'c'], tokensPerDay: null });
    const headers = { authorization: `Bearer ${key.apiKey}` };
    const info = keyInfoSchema.parse((await controller.ask('GET', '/v1/key', { headers })).body);
    expect(info).toMatchObject({
      id: key.id,
      team: { id: red },
      user: { id: developer.id, email: developer.email },
      allowedModels: ['b'],
      maxOutputTokens: 100,
      maxContextTokens: null,
      priority: 'interactive',
    });
    expect(info.limits.map(({ subject, metric }) => `${subject.kind} ${metric}`)).toEqual([
      'key tokens',
      'team requests',
    ]);
  });

  it('of scopes open what they name, and a key tells of itself in any case', async () => {
    const { apiKey } = await newKey({ scopes: ['generate'] });
    const headers = { authorization: `Bearer ${apiKey}` };
    expect((await controller.ask('GET', '/v1/models', { headers })).status).toBe(403);
    expect((await controller.ask('GET', '/v1/key', { headers })).status).toBe(200);
  });
});

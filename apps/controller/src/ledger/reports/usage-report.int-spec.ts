import { usageReportSchema, type UsageReport } from '@corral/contracts/http';
import { PrismaService } from '../../infra/prisma.service.js';
import { settledRequest } from '../../testing/settled-requests.js';
import { TestApplication } from '../../testing/test-application.js';
import { addPerson, addTeam, askAs, type TestPerson } from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { LedgerRepository } from '../ledger.repository.js';

const RANGE = 'from=2026-10-31T00:00:00Z&to=2026-11-02T00:00:00Z';
/** When, whose team, tokens of the prompt. */
const REQUESTS = [
  ['2026-10-31T22:59:59.999Z', 'a', 1],
  ['2026-10-31T23:00:00.000Z', 'b', 10],
  ['2026-11-01T00:00:00.000Z', 'a', 100],
  ['2026-11-01T00:59:59.999Z', 'a', 1_000],
  ['2026-11-02T00:00:00.000Z', 'b', 10_000],
] as const;

describe('the report of usage', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let admin: TestPerson;
  let viewer: TestPerson;
  let lead: TestPerson;
  let developer: TestPerson;
  const teams = { a: '', b: '' };

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    teams.a = await addTeam(controller);
    teams.b = await addTeam(controller);
    admin = await addPerson(controller, 'admin');
    viewer = await addPerson(controller, 'viewer', teams.b);
    lead = await addPerson(controller, 'lead', teams.a);
    developer = await addPerson(controller, 'developer', teams.a);
    const settled = REQUESTS.map(([createdAt, team, promptTokens], at) =>
      settledRequest({
        requestId: `req_${at}`,
        createdAt,
        teamId: teams[team],
        // The third alone is the developer's.
        userId: at === 2 ? developer.id : '',
        deployment: at === 3 ? 'large' : 'tiny',
        promptTokens,
        cloudMicrodollars: at === 0 ? null : 100,
      }),
    );
    const ledger = controller.app.get(LedgerRepository);
    await ledger.write({ opened: [], orphaned: [], settled });
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  async function report(person: TestPerson, query: string): Promise<UsageReport> {
    const { status, body } = await askAs(controller, person, 'GET', `/usage?${query}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return usageReportSchema.parse(body);
  }
  const prompts = async (person: TestPerson, query: string = RANGE): Promise<number> =>
    (await report(person, query)).total.promptTokens;

  it('adds up what fits into the range, its end not included', async () => {
    const { from, to, data, total } = await report(admin, RANGE);
    expect([from, to]).toEqual(['2026-10-31T00:00:00.000Z', '2026-11-02T00:00:00.000Z']);
    expect(total).toMatchObject({
      requests: 4,
      promptTokens: 1_111,
      completionTokens: 20,
      localMicrodollars: 160,
      // Like against like: the first has nothing to compare with.
      comparedRequests: 3,
      comparedMicrodollars: 120,
      cloudMicrodollars: 300,
      avoidedMicrodollars: 180,
    });
    expect(data).toEqual([{ ...total, bucketStart: null, group: null }]);
  });

  it('is empty where there was nothing', async () => {
    const { data, total } = await report(
      admin,
      'from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z',
    );
    expect([data, total.requests]).toEqual([[], 0]);
  });

  it.each([
    ['hour', ['2026-10-31T22', '2026-10-31T23', '2026-11-01T00'], [1, 10, 1_100]],
    ['day', ['2026-10-31T00', '2026-11-01T00'], [11, 1_100]],
    ['month', ['2026-10-01T00', '2026-11-01T00'], [11, 1_100]],
  ])('has a row for each %s', async (bucket, starts, tokens) => {
    const { data } = await report(admin, `${RANGE}&bucket=${bucket}`);
    expect(data.map(({ bucketStart }) => bucketStart?.slice(0, 13))).toEqual(starts);
    expect(data.map(({ promptTokens }) => promptTokens)).toEqual(tokens);
  });

  it('has a row for each group, the one with most tokens first, by name', async () => {
    const byDeployment = await report(admin, `${RANGE}&groupBy=deployment`);
    expect(byDeployment.data.map(({ group, requests }) => [group?.id, requests])).toEqual([
      ['large', 1],
      ['tiny', 3],
    ]);
    const byUser = await report(admin, `${RANGE}&groupBy=user`);
    expect(byUser.data.map(({ group }) => group)).toEqual([
      { id: '', name: 'service keys' },
      { id: developer.id, name: developer.email },
    ]);
    const { client } = controller.app.get(PrismaService);
    const { name } = await client.team.findUniqueOrThrow({ where: { id: teams.a } });
    const byTeam = await report(admin, `${RANGE}&groupBy=team`);
    expect(byTeam.data[0]?.group).toEqual({ id: teams.a, name });
    // What nobody knows by name any more goes by its id.
    const byKey = await report(admin, `${RANGE}&groupBy=key`);
    expect(byKey.data[0]?.group).toEqual({ id: 'key', name: 'key' });
  });

  it('has a row for each group of each bucket', async () => {
    const { data } = await report(admin, `${RANGE}&groupBy=team&bucket=day`);
    expect(data.map(({ bucketStart, group }) => [bucketStart?.slice(8, 10), group?.id])).toEqual([
      ['31', teams.b],
      ['31', teams.a],
      ['01', teams.a],
    ]);
  });

  it('is of what the filters say, all of them', async () => {
    expect(await prompts(admin, `${RANGE}&teamId=${teams.b}`)).toBe(10);
    expect(await prompts(admin, `${RANGE}&teamId=${teams.a}&deployment=large`)).toBe(1_000);
    expect(await prompts(admin, `${RANGE}&userId=${developer.id}`)).toBe(100);
    expect(await prompts(admin, `${RANGE}&keyId=other`)).toBe(0);
    expect(await prompts(admin, `${RANGE}&nodeId=gpu-1`)).toBe(1_111);
  });

  it('takes the range to whole hours', async () => {
    const query = 'from=2026-11-01T01:00:00%2B01:00&to=2026-11-01T00:00:00.001Z';
    expect(await report(admin, query)).toMatchObject({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-01T01:00:00.000Z',
      total: { promptTokens: 1_100 },
    });
  });

  it.each([
    ['a beginning after its end', 'from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['more than 400 days', 'from=2024-01-01T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['no date', 'to=yesterday', 'to'],
    ['an unknown group', 'groupBy=moon', 'groupBy'],
  ])('refuses %s and names the field', async (_name, query, param) => {
    for (const path of [`/usage?${query}`, `/usage/export?${query}`]) {
      expect(await askAs(controller, admin, 'GET', path)).toMatchObject({
        status: 400,
        body: { error: { param } },
      });
    }
  });

  describe('shows', () => {
    it('everything to admins and viewers', async () => {
      expect(await prompts(admin)).toBe(1_111);
      expect(await prompts(viewer)).toBe(1_111);
    });

    it('a lead the team’s', async () => {
      expect(await prompts(lead)).toBe(1_101);
      expect(await prompts(lead, `${RANGE}&teamId=${teams.b}`)).toBe(0);
    });

    it('a developer the own', async () => {
      expect(await prompts(developer)).toBe(100);
      expect(await prompts(developer, `${RANGE}&teamId=${teams.b}`)).toBe(0);
      // Service keys have no person, and are nobody's own.
      expect(await prompts(developer, `${RANGE}&userId=`)).toBe(0);
      expect(await prompts(developer, `${RANGE}&userId=${admin.id}`)).toBe(0);
    });
  });

  describe('is beside the check, which', () => {
    it('admins and viewers may ask for', async () => {
      for (const person of [admin, viewer]) {
        expect(await askAs(controller, person, 'GET', '/usage/check')).toMatchObject({
          status: 200,
          body: { ok: true, differences: [] },
        });
      }
      for (const person of [lead, developer]) {
        expect(await askAs(controller, person, 'GET', '/usage/check')).toMatchObject({
          status: 403,
        });
      }
    });

    it('only admins mend', async () => {
      expect(await askAs(controller, admin, 'POST', '/usage/rebuild')).toMatchObject({
        status: 200,
        body: { rows: expect.any(Number) as number },
      });
      for (const person of [viewer, lead, developer]) {
        expect(await askAs(controller, person, 'POST', '/usage/rebuild')).toMatchObject({
          status: 403,
        });
      }
    });
  });
});

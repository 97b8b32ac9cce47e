import { requestRowSchema, type RequestRow } from '@corral/contracts/http';
import { PrismaService } from '../../infra/prisma.service.js';
import { settledRequest } from '../../testing/settled-requests.js';
import { TestApplication } from '../../testing/test-application.js';
import { addPerson, addTeam, askAs, type TestPerson } from '../../testing/test-people.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { LedgerRepository } from '../ledger.repository.js';

const FROM = Date.parse('2026-11-01T00:00:00Z');
const RANGE = 'from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z';

describe('single requests', () => {
  let servers: TestServers;
  let controller: TestApplication;
  let admin: TestPerson;
  let viewer: TestPerson;
  let lead: TestPerson;
  let developer: TestPerson;

  beforeAll(async () => {
    servers = await startServers();
    controller = await TestApplication.start(servers.config());
    const teamId = await addTeam(controller);
    admin = await addPerson(controller, 'admin');
    viewer = await addPerson(controller, 'viewer');
    lead = await addPerson(controller, 'lead', teamId);
    developer = await addPerson(controller, 'developer', teamId);
    await write([
      { requestId: 'req_1', teamId, userId: developer.id },
      { requestId: 'req_2', teamId, deployment: '=cmd|calc', cloudMicrodollars: null },
      { requestId: 'req_3', nodeId: null, errorCode: '@bad, "quoted"' },
    ]);
  });
  afterAll(async () => {
    await controller.stop();
    await servers.remove();
  });

  /** A second after each other. */
  async function write(changes: Parameters<typeof settledRequest>[0][]): Promise<void> {
    const settled = changes.map((change, at) =>
      settledRequest({ createdAt: new Date(FROM + at * 1_000).toISOString(), ...change }),
    );
    const ledger = controller.app.get(LedgerRepository);
    await ledger.write({ opened: [], orphaned: [], settled });
  }

  async function page(
    person: TestPerson,
    query = '',
  ): Promise<{ data: RequestRow[]; next: string | null }> {
    const { body } = await askAs(controller, person, 'GET', `/requests?${query}`);
    const { data, next } = body as { data: unknown[]; next: string | null };
    return { data: requestRowSchema.array().parse(data), next };
  }
  const idsOf = ({ data }: { data: RequestRow[] }) => data.map(({ requestId }) => requestId);

  it('come in pages, the newest first', async () => {
    const first = await page(admin, 'limit=2');
    expect([idsOf(first), first.next]).toEqual([['req_3', 'req_2'], 'req_2']);
    const second = await page(admin, `limit=2&before=${first.next}`);
    expect([idsOf(second), second.next]).toEqual([['req_1'], null]);
  });

  it('are shown to those whose they are, and to admins and viewers', async () => {
    expect(idsOf(await page(viewer))).toEqual(['req_3', 'req_2', 'req_1']);
    expect(idsOf(await page(lead))).toEqual(['req_2', 'req_1']);
    expect(idsOf(await page(developer))).toEqual(['req_1']);
    expect(idsOf(await page(developer, 'before=req_9'))).toEqual(['req_1']);
  });

  describe('as a file', () => {
    async function file(
      person: TestPerson,
      query: string,
    ): Promise<{ text: string; type: string }> {
      const url = `${controller.url}/admin/v1/usage/export?${query}`;
      const response = await fetch(url, { headers: person.headers });
      expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="corral-/);
      return { text: await response.text(), type: response.headers.get('content-type') ?? '' };
    }

    it('of JSON are the rows, the oldest first', async () => {
      const { text, type } = await file(admin, `${RANGE}&format=json`);
      expect(type).toMatch('application/json');
      expect(JSON.parse(text)).toEqual((await page(admin)).data.reverse());
    });

    it('of CSV are the same rows, and no formula comes to life', async () => {
      const { text, type } = await file(admin, RANGE);
      expect(type).toMatch('text/csv');
      const [header = '', ...lines] = text.trimEnd().split('\n');
      const columns = header.split(',');
      expect(columns).toEqual(Object.keys((await page(admin)).data[0] ?? {}));
      const cell = (line: string | undefined, name: keyof RequestRow) =>
        line?.split(',')[columns.indexOf(name)];
      expect(lines.map((line) => cell(line, 'requestId'))).toEqual(['req_1', 'req_2', 'req_3']);
      expect(cell(lines[0], 'userId')).toBe(developer.id);
      expect(cell(lines[1], 'deployment')).toBe("'=cmd|calc");
      expect(cell(lines[1], 'cloudMicrodollars')).toBe('');
      expect(lines[2]).toContain(`"'@bad, ""quoted"""`);
    });

    it('hold what the asker may see, of the range and the filters', async () => {
      const ids = async (person: TestPerson, query: string) =>
        (JSON.parse((await file(person, query)).text) as RequestRow[]).map(
          ({ requestId }) => requestId,
        );
      const json = `${RANGE}&format=json`;
      expect(await ids(lead, json)).toEqual(['req_1', 'req_2']);
      expect(await ids(developer, json)).toEqual(['req_1']);
      expect(await ids(developer, `${json}&userId=${lead.id}`)).toEqual([]);
      expect(await ids(lead, `${json}&teamId=default`)).toEqual([]);
      expect(await ids(admin, `${json}&deployment=tiny`)).toEqual(['req_1', 'req_3']);
    });

    it('are well formed where there is nothing', async () => {
      const nothing = 'from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z';
      expect(JSON.parse((await file(admin, `${nothing}&format=json`)).text)).toEqual([]);
      expect((await file(admin, nothing)).text).toMatch(/^requestId,createdAt,.*\n$/);
    });

    it('are complete over many pages, also where many came in the same moment', async () => {
      const at = new Date(FROM + 3_600_000).toISOString();
      const many = Array.from({ length: 4_500 }, (_, n) => ({
        // Ids in another order than time.
        requestId: `req_m${String(9_999 - n).padStart(4, '0')}`,
        createdAt: n % 3 === 0 ? at : new Date(FROM + 3_600_000 + n).toISOString(),
      }));
      await write(many);
      const query = 'from=2026-11-01T01:00:00Z&to=2026-11-01T02:00:00Z&format=json';
      const rows = JSON.parse((await file(admin, query)).text) as RequestRow[];
      expect(new Set(idsOf({ data: rows })).size).toBe(4_500);
      expect(rows).toHaveLength(4_500);
      const times = rows.map(({ createdAt }) => createdAt);
      expect(times).toEqual([...times].sort());
      await controller.app.get(PrismaService).client.requestUsage.deleteMany({
        where: { requestId: { startsWith: 'req_m' } },
      });
    });
  });
});

import { connectBus, type Bus } from '@corral/bus';
import type { OpenedRequest, OrphanedGeneration, SettledRequest } from '@corral/contracts';
import { AuditService } from '../../audit/audit.service.js';
import { SYSTEM } from '../../common/principal.pure.js';
import { Metrics } from '../../infra/metrics.js';
import { LedgerDesk } from '../../testing/ledger-desk.js';
import { seededRandom, shuffled } from '../../testing/seeded-random.js';
import {
  openedRequest,
  orphanedGeneration,
  settledRequest,
} from '../../testing/settled-requests.js';
import { startServers, type TestServers } from '../../testing/test-servers.js';
import { LedgerCheckService } from './ledger-check.service.js';
import { LedgerRebuild } from './ledger-rebuild.service.js';
import { LedgerRetention } from './ledger-retention.service.js';
import { LedgerWriter } from '../settlement/ledger-writer.service.js';
import { CONTROLLER_LOST } from '../settlement/unpriced.pure.js';
import { UsageSpool } from '../settlement/usage-spool.service.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BATCHES = Number(process.env.CORRAL_LEDGER_BATCHES ?? 1_000);
const SEED = Number(process.env.CORRAL_SEED ?? 20_261_124);

describe('the check of the ledger', () => {
  let servers: TestServers;
  let bus: Bus;
  let desk: LedgerDesk;
  const metrics = new Metrics();

  beforeAll(async () => {
    servers = await startServers();
    bus = await connectBus({ servers: servers.nats.url, name: 'spec' });
    desk = new LedgerDesk(servers.config());
  });
  beforeEach(() => desk.clear());
  afterAll(async () => {
    await bus.close();
    await desk.close();
    await servers.remove();
  });

  const configFor = (days: number) => servers.config({ CORRAL_LEDGER_DAYS: String(days) });
  const retention = (days: number) => new LedgerRetention(desk.prisma, configFor(days));

  function checker(days = 0): LedgerCheckService {
    const config = configFor(days);
    const spool = new UsageSpool(bus, config, metrics);
    return new LedgerCheckService(
      desk.prisma,
      new LedgerWriter(bus, desk.ledger, spool, metrics),
      spool,
      metrics,
      config,
    );
  }
  const rebuild = () =>
    new LedgerRebuild(desk.prisma, new AuditService(desk.prisma)).rebuild(SYSTEM);
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const gauge = async () => (await metrics.ledgerDifferences.get()).values[0]?.value;

  /** A few requests of each of the last days, of several teams. */
  async function pastDays(days: number): Promise<void> {
    const settled = Array.from({ length: days * 12 }, (_, at) =>
      settledRequest({
        requestId: `req_${String(at).padStart(6, '0')}`,
        createdAt: ago(at * 2 * HOUR_MS + 60_000),
        teamId: `team-${at % 3}`,
        promptTokens: 10 + at,
        localMicrodollars: 1_000 + at,
      }),
    );
    await desk.write({ settled });
  }

  it('finds nothing where nothing is, and says so', async () => {
    expect(await checker().check()).toMatchObject({
      ok: true,
      rows: 0,
      differences: [],
      waiting: 0,
    });
    await pastDays(1);
    expect(await checker().check()).toMatchObject({ ok: true, rows: 12, differences: [] });
    expect(await gauge()).toBe(0);
  });

  it('names an hour that was tampered with, and whose', async () => {
    await pastDays(1);
    await desk.prisma.client.$executeRaw`
      UPDATE usage_hour SET local_microdollars = local_microdollars + 1, prompt_tokens = 0
      WHERE hour = (SELECT max(hour) FROM usage_hour)`;
    const { ok, differences } = await checker().check();
    expect(ok).toBe(false);
    expect(
      differences.map(({ what, field, ledger, other }) => [what, field, ledger, other]),
    ).toEqual([
      ['rollup', 'prompt_tokens', 10, 0],
      ['rollup', 'local_microdollars', 1_000, 1_001],
    ]);
    expect(differences[0]?.where).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:00:00.000Z team_id=team-0 .*key_id=key/,
    );
    expect(await gauge()).toBe(2);
  });

  it('finds what was moved from one team to another', async () => {
    await pastDays(1);
    await desk.prisma.client.$executeRaw`
      UPDATE usage_hour SET team_id = 'team-9' WHERE hour = (SELECT max(hour) FROM usage_hour)`;
    const { differences } = await checker().check();
    const requests = differences.filter(({ field }) => field === 'requests');
    expect(requests.map(({ ledger, other }) => [ledger, other])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it.each([
    ['more', 1],
    ['less', -1],
  ])('names a counter that says %s than the ledger', async (_name, amount) => {
    const now = new Date();
    for (const kind of ['organisation', 'team', 'key'] as const) {
      const id = { organisation: 'organisation', team: 'default', key: 'key' }[kind];
      await desk.addCounters({ kind, id }, now);
    }
    await desk.write({ settled: [settledRequest({ createdAt: now.toISOString() })] });
    expect(await checker().check()).toMatchObject({ ok: true });
    const [{ id } = { id: '' }] = await desk.prisma.client.$queryRaw<{ id: string }[]>`
      UPDATE quota_counter SET used = used + ${amount} WHERE id LIKE 'team/default/tokens/day/%'
      RETURNING id`;
    expect((await checker().check()).differences).toEqual([
      { what: 'quota', where: id, field: 'used', ledger: 15, other: 15 + amount },
    ]);
  });

  it('is not disturbed by what is written meanwhile', async () => {
    const now = new Date();
    await desk.addCounters({ kind: 'key', id: 'key' }, now);
    let writing = true;
    const writes = (async () => {
      for (let at = 0; writing; at += 1) {
        const requestId = `req_${at}`;
        await desk.write({
          settled: [settledRequest({ requestId, createdAt: now.toISOString() })],
        });
      }
    })();
    for (let round = 0; round < 30; round += 1) {
      expect((await checker().check()).differences).toEqual([]);
    }
    writing = false;
    await writes;
  });

  it(`agrees with itself after ${BATCHES} random batches (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const count = (below: number): number => Math.floor(random() * below);
    const now = Date.now();
    for (const team of ['a', 'b'])
      await desk.addCounters({ kind: 'team', id: team }, new Date(now));
    const opened: OpenedRequest[] = [];
    const settled: SettledRequest[] = [];
    const orphaned: OrphanedGeneration[] = [];
    let requests = 0;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const fresh = Array.from({ length: count(6) }, () => {
        const request = openedRequest({
          requestId: `req_${requests++}`,
          createdAt: new Date(now - count(40) * HOUR_MS).toISOString(),
          teamId: pick(['a', 'b']),
          userId: pick(['', 'u1', 'u2']),
          keyId: pick(['k1', 'k2', 'k3']),
          deployment: pick(['tiny', 'large']),
        });
        opened.push(request);
        orphaned.push(
          orphanedGeneration({ generationId: `${request.requestId}-0`, attempt: 1 + count(3) }),
        );
        const lost = random() < 0.2;
        const row = settledRequest({
          ...request,
          nodeId: pick([null, 'gpu-1', 'gpu-2']),
          status: pick(['completed', 'failed', 'cancelled']),
          errorCode: lost ? CONTROLLER_LOST : null,
          promptTokens: count(1_000),
          completionTokens: count(1_000),
          deviceMs: count(10_000),
          millijoules: pick([null, count(1_000_000)]),
          localMicrodollars: count(1_000_000),
          cloudMicrodollars: pick([null, count(1_000_000)]),
        });
        settled.push(row);
        // Some of those that were given up for lost speak after all.
        if (lost && random() < 0.5) {
          settled.push({ ...row, errorCode: null, nodeId: 'gpu-3', completionTokens: count(500) });
        }
        return row;
      });
      const replayed = Array.from({ length: count(6) }, () => pick(settled)).filter(Boolean);
      await desk.write({
        opened: [pick(opened)].filter(Boolean),
        orphaned: [pick(orphaned)].filter(Boolean),
        settled: shuffled([...fresh, ...replayed], random),
      });
    }
    expect((await checker().check()).differences).toEqual([]);
    expect(await desk.prisma.client.requestUsage.count()).toBe(requests);
    const known = await desk.hours();
    await rebuild();
    expect(await desk.hours()).toEqual(known);
  });

  describe('is mended by a rebuild', () => {
    it('to the token and the microdollar, over many days', async () => {
      await pastDays(40);
      const before = await desk.hours();
      expect(before.length).toBeGreaterThan(400);
      await desk.prisma.client.$executeRaw`
        UPDATE usage_hour SET completion_tokens = completion_tokens + 1
        WHERE team_id = 'team-1'`;
      await desk.prisma.client.$executeRaw`DELETE FROM usage_hour WHERE team_id = 'team-2'`;
      expect((await checker().check()).ok).toBe(false);
      expect(await rebuild()).toBe(before.length);
      expect(await desk.hours()).toEqual(before);
      expect((await checker().check()).ok).toBe(true);
    });

    it('that leaves alone what is not in the ledger any more', async () => {
      await pastDays(10);
      const before = await desk.hours();
      expect(await retention(3).trim()).toBeGreaterThan(80);
      expect(await retention(3).trim()).toBe(0);
      expect(await desk.hours()).toEqual(before);
      await rebuild();
      expect(await desk.hours()).toEqual(before);
    });

    it('that leaves alone an hour of which only a part is left', async () => {
      const at = ago(5 * DAY_MS);
      const settled = ['req_1', 'req_2'].map((requestId) =>
        settledRequest({ requestId, createdAt: at }),
      );
      await desk.write({ settled });
      const before = await desk.hours();
      await desk.prisma.client.requestUsage.delete({ where: { requestId: 'req_1' } });
      await rebuild();
      expect(await desk.hours()).toEqual(before);
    });

    it('that an admin finds in the audit log', async () => {
      await rebuild();
      const [entry] = await desk.prisma.client.auditEntry.findMany({ orderBy: { id: 'desc' } });
      expect(entry).toMatchObject({ action: 'usage.rebuild', subjectKind: 'ledger' });
    });
  });

  it('takes rows that retention took for no difference', async () => {
    await pastDays(4);
    await desk.addCounters({ kind: 'organisation', id: 'organisation' }, new Date());
    expect(await checker(1).check()).toMatchObject({ ok: true });
    expect(await retention(1).trim()).toBeGreaterThan(0);
    expect(await checker(1).check()).toMatchObject({ ok: true });
  });

  it('keeps every row where the settings say so', async () => {
    await pastDays(4);
    expect(await retention(0).trim()).toBe(0);
  });
});

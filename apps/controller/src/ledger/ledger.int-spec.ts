import { requestIdOf, type SettledRequest } from '@corral/contracts';
import { LedgerDesk } from '../testing/ledger-desk.js';
import { seededRandom, shuffled } from '../testing/seeded-random.js';
import { openedRequest, orphanedGeneration, settledRequest } from '../testing/settled-requests.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { CONTROLLER_LOST } from './settlement/unpriced.pure.js';

/** The last minute of a Sunday, of its week, and of a month. */
const AT = '2026-05-31T23:59:30.500Z';
const ORGANISATION = { kind: 'organisation', id: 'organisation' } as const;
const KEY = { kind: 'key', id: 'key' } as const;

describe('the ledger', () => {
  let servers: TestServers;
  let desk: LedgerDesk;

  beforeAll(async () => {
    servers = await startServers();
    // Days end in UTC, wherever the database thinks it is.
    const elsewhere = `${servers.databaseUrl}?options=${encodeURIComponent('-c timezone=Asia/Kolkata')}`;
    desk = new LedgerDesk(servers.config({ DATABASE_URL: elsewhere }));
  });
  beforeEach(() => desk.clear());
  afterAll(async () => {
    await desk.close();
    await servers.remove();
  });

  it('writes every column, as it was settled', async () => {
    const row = settledRequest({
      createdAt: AT,
      status: 'failed',
      errorCode: 'engine_crashed',
      finishReason: null,
      queueMs: 7,
      ttftMs: null,
      millijoules: 3_000_000_000,
      localMicrodollars: 9_007_199_254_740_991,
    });
    expect(await desk.write({ settled: [row] })).toBe(1);
    const { leaseUse, ...columns } = row;
    expect(leaseUse).toEqual([]);
    expect(await desk.prisma.client.requestUsage.findMany()).toEqual([
      {
        ...columns,
        createdAt: new Date(AT),
        millijoules: 3_000_000_000n,
        localMicrodollars: 9_007_199_254_740_991n,
        energyMicrodollars: 10n,
        cloudMicrodollars: 100n,
      },
    ]);
  });

  it('sums what fits into an hour, and nothing that has no counterfactual into savings', async () => {
    const same = { createdAt: AT, millijoules: 50 };
    await desk.write({
      settled: [
        settledRequest({ ...same, requestId: 'req_1' }),
        settledRequest({ ...same, requestId: 'req_2', status: 'failed', cloudMicrodollars: null }),
        settledRequest({ ...same, requestId: 'req_3', status: 'cancelled', millijoules: null }),
        settledRequest({ ...same, requestId: 'req_4', nodeId: null }),
      ],
    });
    expect(await desk.hours()).toEqual([
      expect.objectContaining({ node_id: '', requests: 1, compared_requests: 1 }),
      {
        hour: new Date('2026-05-31T23:00:00Z'),
        team_id: 'default',
        user_id: '',
        key_id: 'key',
        deployment: 'tiny',
        node_id: 'gpu-1',
        requests: 3,
        failed: 1,
        cancelled: 1,
        prompt_tokens: 30n,
        cached_tokens: 12n,
        completion_tokens: 15n,
        reasoning_tokens: 0n,
        wasted_tokens: 0n,
        device_ms: 12n,
        millijoules: 100n,
        local_microdollars: 120n,
        energy_microdollars: 30n,
        cloud_microdollars: 200n,
        compared_requests: 2,
        compared_microdollars: 80n,
      },
    ]);
  });

  it('is not changed by messages that come again, in any order', async () => {
    const random = seededRandom(19);
    const ids = Array.from({ length: 40 }, (_, at) => `req_${at}`);
    const opened = ids.map((requestId) => openedRequest({ requestId, createdAt: AT }));
    const use = [{ counter: 'organisation/organisation/tokens/day/2026-05-31', amount: 15 }];
    const settled = ids.map((requestId) =>
      settledRequest({ requestId, createdAt: AT, leaseUse: use }),
    );
    await desk.addCounters(ORGANISATION, new Date(AT));
    const counterId = use[0]?.counter ?? '';
    await desk.prisma.client.quotaLease.create({
      data: { controllerId: 'c-1', counterId, amount: 1_000n },
    });
    await desk.write({ opened, settled });
    const once = await desk.everything();
    expect(once).toMatchObject({ open: [], leases: [{ amount: 400n }] });
    for (let round = 0; round < 20; round += 1) {
      const tripled = [...settled, ...settled, ...settled];
      // What a second message says does not count.
      const other = settled.map((row) => ({ ...row, completionTokens: 99, localMicrodollars: 99 }));
      await desk.write({
        opened: shuffled([...opened, ...opened], random).slice(0, 30),
        settled: shuffled([...tripled, ...other], random).slice(0, 70),
      });
    }
    expect(await desk.everything()).toEqual(once);
  });

  it.each([
    ['before it is settled', 'opened first'],
    ['after it was settled', 'settled first'],
    ['together with its end', 'together'],
  ])('has no request under way that is announced %s', async (_name, order) => {
    const opened = [openedRequest({ createdAt: AT })];
    const settled = [settledRequest({ createdAt: AT })];
    const orphaned = [orphanedGeneration()];
    if (order === 'together') await desk.write({ opened, settled, orphaned });
    else if (order === 'opened first') {
      await desk.write({ opened, orphaned });
      expect(await desk.everything()).toMatchObject({ open: [{ requestId: 'req_1' }], rows: [] });
      await desk.write({ settled });
    } else {
      await desk.write({ settled });
      await desk.write({ opened });
    }
    expect(await desk.everything()).toMatchObject({
      rows: [{ requestId: 'req_1' }],
      open: [],
      orphaned: [],
    });
  });

  it('keeps the latest attempt of what workers report, in whole milliseconds', async () => {
    const reports = [1, 3, 2].map((attempt) =>
      orphanedGeneration({ attempt, completionTokens: attempt * 10, deviceMs: attempt + 0.5 }),
    );
    await desk.write({ orphaned: reports });
    await desk.write({ orphaned: reports.slice(0, 1) });
    expect(await desk.everything()).toMatchObject({
      orphaned: [{ requestId: 'req_1', attempt: 3, completionTokens: 30, deviceMs: 4 }],
    });
    expect(requestIdOf('req_1-0')).toBe('req_1');
  });

  describe('counts on limits', () => {
    const used = (change: Partial<SettledRequest>) =>
      settledRequest({ teamId: 'team', userId: 'user', createdAt: AT, ...change });

    it('of organisation, team, user and key, in the windows in which it was admitted', async () => {
      const subjects = [
        ORGANISATION,
        { kind: 'team', id: 'team' },
        { kind: 'user', id: 'user' },
        KEY,
      ] as const;
      const next = new Date('2026-06-01T00:00:10Z');
      for (const subject of subjects) {
        await desk.addCounters(subject, new Date(AT));
        await desk.addCounters(subject, next);
      }
      await desk.write({
        settled: [
          used({ requestId: 'req_1' }),
          used({ requestId: 'req_2', createdAt: '2026-05-31T23:58:59.999Z' }),
          used({ requestId: 'req_3', createdAt: next.toISOString(), localMicrodollars: 7 }),
          used({ requestId: 'req_4', keyId: 'other', teamId: 'other', userId: 'other' }),
        ],
      });
      const counts = await desk.used();
      for (const { kind, id } of subjects) {
        const more = kind === 'organisation' ? 1 : 0;
        const of = (metric: string) => counts[`${kind}/${id}/${metric}`];
        expect([
          of('requests/minute/2026-05-31T23:59'),
          of('tokens/minute/2026-05-31T23:59'),
        ]).toEqual([1 + more, 15 * (1 + more)]);
        expect([of('tokens/day/2026-05-31'), of('microdollars/day/2026-05-31')]).toEqual([
          15 * (2 + more),
          40 * (2 + more),
        ]);
        // A Sunday is the last day of its week.
        expect(of('tokens/week/2026-05-25')).toBe(15 * (2 + more));
        expect(of('microdollars/month/2026-05-01')).toBe(40 * (2 + more));
        expect(of('requests/minute/2026-06-01T00:00')).toBe(1);
        expect(of('tokens/week/2026-06-01')).toBe(15);
        expect(of('microdollars/month/2026-06-01')).toBe(7);
      }
    });

    it('what was used before a counter was there', async () => {
      await desk.write({ settled: [used({}), used({ requestId: 'req_2', keyId: 'other' })] });
      await desk.addCounters(KEY, new Date(AT));
      expect(await desk.used()).toEqual({
        'key/key/microdollars/day/2026-05-31': 40,
        'key/key/microdollars/month/2026-05-01': 40,
        'key/key/microdollars/week/2026-05-25': 40,
        'key/key/requests/minute/2026-05-31T23:59': 1,
        'key/key/tokens/day/2026-05-31': 15,
        'key/key/tokens/minute/2026-05-31T23:59': 15,
        'key/key/tokens/month/2026-05-01': 15,
        'key/key/tokens/week/2026-05-25': 15,
      });
    });

    it('and takes it off the lease of its own controller, which ends when nothing is left', async () => {
      const [counterId, other] = ['key/key/tokens/day/2026-05-31', 'key/key/requests/minute/x'];
      await desk.prisma.client.quotaLease.createMany({
        data: [
          { controllerId: 'c-1', counterId, amount: 20n },
          { controllerId: 'c-1', counterId: other, amount: 5n },
          { controllerId: 'c-2', counterId, amount: 20n },
        ],
      });
      await desk.addCounters(KEY, new Date(AT));
      const leaseUse = [
        { counter: counterId, amount: 12 },
        { counter: other, amount: 9 },
      ];
      await desk.write({ settled: [used({ leaseUse }), used({ leaseUse })] });
      const left = { orderBy: { controllerId: 'asc' } } as const;
      expect(await desk.prisma.client.quotaLease.findMany(left)).toEqual([
        { controllerId: 'c-1', counterId, amount: 8n },
        { controllerId: 'c-2', counterId, amount: 20n },
      ]);
    });
  });

  describe('takes back what it had put together of a lost controller', () => {
    const lost = settledRequest({
      createdAt: AT,
      status: 'failed',
      errorCode: CONTROLLER_LOST,
      completionTokens: 3,
      localMicrodollars: 20,
      nodeId: 'gpu-2',
    });
    const truth = settledRequest({ createdAt: AT });

    it('when the controller itself speaks, as if nothing else had been said', async () => {
      await desk.addCounters(KEY, new Date(AT));
      await desk.write({ settled: [truth] });
      const once = await desk.everything();
      await desk.clear();
      await desk.addCounters(KEY, new Date(AT));
      expect(await desk.write({ settled: [lost] })).toBe(1);
      expect(await desk.write({ settled: [truth] })).toBe(1);
      expect(await desk.everything()).toEqual(once);
    });

    it('and not the other way round', async () => {
      await desk.write({ settled: [truth] });
      const once = await desk.everything();
      expect(await desk.write({ settled: [lost] })).toBe(0);
      expect(await desk.everything()).toEqual(once);
    });

    it('but not what it lost for another reason', async () => {
      await desk.write({ settled: [{ ...lost, errorCode: 'worker_lost' }] });
      expect(await desk.write({ settled: [truth] })).toBe(0);
    });
  });
});

import { Prisma } from '../../infra/prisma.service.js';
import { admin, asker, CostDesk, NODE_PRICE } from '../../testing/cost-desk.js';
import { MODEL_DIGEST } from '../../testing/heartbeats.js';
import { insertHours } from '../../ledger/sums/ledger-sums.js';

const HOUR_MS = 3_600_000;

describe('reports of cost', () => {
  let desk: CostDesk;
  let prisma: CostDesk['prisma'];
  let costs: CostDesk['costs'];
  let prices: CostDesk['prices'];
  let reports: CostDesk['reports'];

  beforeAll(async () => {
    desk = await CostDesk.open();
    ({ prisma, costs, prices, reports } = desk);
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

  describe('the report', () => {
    const day = { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' };

    beforeEach(async () => {
      await prices.setNodePrice(admin, 'gpu-1', {
        ...NODE_PRICE,
        validFrom: '2026-11-22T00:00:00Z',
      });
      await desk.roll('2026-11-23T09:00:00Z');
      await desk.roll('2026-11-23T23:00:00Z', { teamId: 'default', userId: 'bob' });
      // Outside, and on no node.
      await desk.roll('2026-11-24T00:00:00Z');
      await desk.roll('2026-11-23T09:00:00Z', {
        nodeId: '',
        requests: 1,
        failed: 1,
        promptTokens: 0,
        completionTokens: 0,
        deviceMs: 0,
        localMicrodollars: 0,
        energyMicrodollars: 0,
        cloudMicrodollars: 0,
        comparedRequests: 0,
        comparedMicrodollars: 0,
      });
    });

    it('is what one works out by hand', async () => {
      expect(await reports.report(asker('viewer'), day)).toEqual({
        from: '2026-11-23T00:00:00.000Z',
        to: '2026-11-24T00:00:00.000Z',
        sums: {
          requests: 21,
          failed: 1,
          cancelled: 0,
          promptTokens: 1_800_000,
          cachedTokens: 0,
          completionTokens: 200_000,
          reasoningTokens: 0,
          wastedTokens: 0,
          deviceMs: 2 * HOUR_MS,
          localMicrodollars: 400_000,
          energyMicrodollars: 200_000,
          comparedRequests: 20,
          comparedMicrodollars: 400_000,
          cloudMicrodollars: 1_000_000,
          avoidedMicrodollars: 600_000,
        },
        unpricedCloudMicrodollars: 0,
        marginalPerMTok: 200_000,
        // 24 h of hardware, 2 h at load and 22 h idle are $2.82.
        fullyLoadedPerMTok: 1_410_000,
        avoidedFullyLoadedMicrodollars: 600_000 - 2_420_000,
        nodes: [
          {
            nodeId: 'gpu-1',
            nodeName: 'machine gpu-1',
            priced: true,
            utilisation: 2 / 24,
            totalMicrodollars: 2_820_000,
            usedMicrodollars: 400_000,
            idleMicrodollars: 2_420_000,
            energyMicrodollars: 420_000,
          },
        ],
        breakEven: {
          investedMicrodollars: 2_628_000_000,
          savedPerDayMicrodollars: 580_000,
          // 2,628 / 0.58 days after the purchase.
          date: '2039-03-29T00:49:39.311Z',
          // (2.40 + 0.24) dollars a day over (1.00 - 0.18) dollars for 2 million tokens.
          tokensPerDayToBreakEven: 6_439_025,
          utilisationToBreakEven: expect.closeTo(0.2683, 4) as number,
          reason: 'Only after the hardware has been written off.',
        },
      });
    });

    it.each([
      ['a lead', asker('lead'), 11],
      ['a developer', asker('developer'), 11],
      ['a developer of another team', asker('developer', 'default', 'bob'), 10],
      ['a lead of a team without requests', asker('lead', 'empty'), 0],
    ])('gives %s the own figures, and nothing of machines', async (_who, principal, requests) => {
      expect(await reports.report(principal, day)).toMatchObject({
        sums: { requests },
        nodes: null,
        breakEven: null,
        fullyLoadedPerMTok: null,
        avoidedFullyLoadedMicrodollars: null,
      });
    });

    it('is not widened by asking for another team', async () => {
      const report = await reports.report(asker('lead'), { ...day, teamId: 'default' });
      expect(report.sums).toMatchObject({ requests: 0, localMicrodollars: 0 });
    });

    it('can be of one team or deployment', async () => {
      const of = (filter: object) => reports.report(admin, { ...day, ...filter });
      expect(await of({ teamId: 'default' })).toMatchObject({
        sums: { requests: 10 },
        nodes: null,
      });
      expect(await of({ deployment: 'other' })).toMatchObject({ sums: { requests: 0 } });
    });

    it('refuses a range that is none', async () => {
      await expect(reports.report(admin, { ...day, to: day.from })).rejects.toMatchObject({
        failure: { code: 'invalid_value' },
      });
    });

    it('says what another cloud or machine would have made of it', async () => {
      const query = { ...day, provider: 'groq', model: 'llama-3.1-8b-instant' };
      expect(await reports.whatIf(admin, query)).toMatchObject({
        price: { provider: 'groq', current: true },
        cloudMicrodollars: 90_000 + 16_000,
        localMicrodollars: 400_000,
        avoidedMicrodollars: -294_000,
        hardware: null,
      });
      const hardware = { ...day, purchaseMicrodollars: 876_000_000, speedThousandths: 500 };
      expect(await reports.whatIf(asker('lead'), hardware)).toMatchObject({
        price: null,
        cloudMicrodollars: 500_000,
        hardware: { usedMicrodollars: 66_667, totalMicrodollars: 800_000 },
      });
      await expect(reports.whatIf(admin, { ...query, model: 'x' })).rejects.toMatchObject({
        failure: { code: 'not_found' },
      });
    });
  });

  describe('a statement', () => {
    it('is the ledger’s sums of the month, to the microdollar', async () => {
      await prices.setNodePrice(admin, 'gpu-1', {
        ...NODE_PRICE,
        validFrom: '2026-10-01T00:00:00Z',
      });
      for (let at = 0; at < 60; at += 1) await record(at);
      await prisma.client.$transaction((tx) => insertHours(tx, Prisma.sql`true`));
      await desk.sumDays();
      const statement = await reports.statement(asker('lead'), '2026-11', 'research');
      const ledger = await prisma.client.requestUsage.aggregate({
        where: { teamId: 'research', createdAt: { gte: new Date('2026-11-01T00:00:00Z') } },
        _count: true,
        _sum: { promptTokens: true, localMicrodollars: true, cloudMicrodollars: true },
      });
      expect(statement).toMatchObject({
        month: '2026-11',
        team: { id: 'research', name: 'Research' },
        final: false,
        total: {
          requests: ledger._count,
          promptTokens: ledger._sum.promptTokens,
          localMicrodollars: Number(ledger._sum.localMicrodollars),
          cloudMicrodollars: Number(ledger._sum.cloudMicrodollars),
        },
      });
      expect(
        statement.lines.map(({ keyName, userId, sums }) => [keyName, userId, sums.requests]),
      ).toEqual([
        ['key-0', 'ada', 10],
        ['key-1', null, 10],
      ]);
      expect(statement.total.localMicrodollars).toBeGreaterThan(0);
    });

    it('is final when the month is over', async () => {
      const { final, lines } = await reports.statement(admin, '2026-10', 'research');
      expect({ final, lines }).toEqual({ final: true, lines: [] });
    });

    it('is not found for somebody else’s team, nor for none', async () => {
      for (const [by, team] of [
        [asker('lead'), 'default'],
        [admin, 'nobody'],
      ] as const) {
        await expect(reports.statement(by, '2026-11', team)).rejects.toMatchObject({
          failure: { code: 'not_found' },
        });
      }
    });
  });

  /** A third in November for the team, a third for another, a third in October. */
  async function record(at: number): Promise<void> {
    const createdAt = new Date(at % 3 === 2 ? '2026-10-31T23:59:59Z' : '2026-11-03T10:00:00Z');
    const tokens = { promptTokens: 1_000 + at, cachedTokens: at, completionTokens: 100 + at };
    const deviceMs = 5_000 + 17 * at;
    const priced = costs.price({
      ...tokens,
      deployment: 'team/assistant',
      nodeId: 'gpu-1',
      at: createdAt,
      deviceMs,
    });
    await prisma.client.requestUsage.create({
      data: {
        ...tokens,
        ...priced,
        requestId: `req_${at}`,
        createdAt,
        controllerId: 'controller',
        keyId: `key-${at % 2}`,
        teamId: at % 3 === 1 ? 'default' : 'research',
        userId: at % 2 === 0 ? 'ada' : '',
        deployment: 'team/assistant',
        revisionId: 'revision',
        modelDigest: MODEL_DIGEST,
        nodeId: 'gpu-1',
        replicaId: 'replica',
        status: 'completed',
        attempts: 1,
        reasoningTokens: 0,
        wastedTokens: 0,
        queueMs: 0,
        prefillMs: 1,
        decodeMs: 1,
        totalMs: 2,
        deviceMs,
      },
    });
  }
});

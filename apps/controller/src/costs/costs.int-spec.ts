import { connectBus, type Bus } from '@corral/bus';
import { replicaSpecSchema } from '@corral/contracts';
import { until } from '@corral/testing';
import type { Role, SetNodePrice } from '@corral/contracts/http';
import { AuditService } from '../audit/audit.service.js';
import { SYSTEM, type Principal } from '../common/principal.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { Prisma, PrismaService } from '../infra/prisma.service.js';
import { NodesService } from '../nodes/nodes.service.js';
import { DrivenClock } from '../testing/driven-clock.js';
import { heartbeatOf, storedModel, MODEL_DIGEST } from '../testing/heartbeats.js';
import { startServers, type TestServers } from '../testing/test-servers.js';
import { insertDays, insertHours } from '../usage/ledger-sums.js';
import { CostReportsService } from './cost-reports.service.js';
import { CostSumsRepository } from './cost-sums.repository.js';
import { CostRepository } from './cost.repository.js';
import { CostsService } from './costs.service.js';
import { listPrices } from './price-book/price-book.js';
import { PriceMemory } from './price-memory.service.js';
import { PricesService } from './prices.service.js';
import { ReferencesService } from './references.service.js';

const NOW = new Date('2026-11-24T10:30:00Z');
const HOUR_MS = 3_600_000;

/** $0.10 an hour of hardware; 400 W are $0.10 an hour, 40 W $0.01. */
const NODE_PRICE: SetNodePrice = {
  hardware: {
    kind: 'bought',
    microdollars: 2_628_000_000,
    lifeMonths: 36,
    purchasedAt: '2026-11-01T00:00:00Z',
  },
  loadWatts: 400,
  idleWatts: 40,
  microdollarsPerKwh: 250_000,
  pueThousandths: 1000,
};

describe('costs', () => {
  let servers: TestServers;
  let prisma: PrismaService;
  let bus: Bus;
  const clock = new DrivenClock(NOW);
  let nodes: NodesService;
  let deployments: DeploymentsService;
  let repository: CostRepository;
  let memory: PriceMemory;
  let costs: CostsService;
  let prices: PricesService;
  let reports: CostReportsService;

  beforeAll(async () => {
    servers = await startServers();
    prisma = new PrismaService(servers.config());
    bus = await connectBus({ servers: servers.nats.url, name: 'costs' });
    nodes = new NodesService(clock, prisma, bus);
    deployments = new DeploymentsService(new DeploymentsRepository(prisma), nodes, bus);
    repository = new CostRepository(prisma);
    memory = new PriceMemory(repository, bus);
    const references = new ReferencesService(memory, deployments, nodes, clock);
    const sums = new CostSumsRepository(prisma);
    costs = new CostsService(memory, references, sums, nodes, clock);
    const audit = new AuditService(prisma);
    prices = new PricesService(prisma, repository, memory, references, deployments, audit, clock);
    reports = new CostReportsService(prisma, repository, sums, memory, costs, clock);
    references.onModuleInit();
    await deployments.onModuleInit();
    await memory.onModuleInit();
    await costs.onModuleInit();
    await prisma.client.team.create({ data: { id: 'research', name: 'Research' } });
    hear('Meta Llama 3.1 8B Instruct', 8_030_261_312);
    await until('the node’s row', async () => (await repository.nodeNames()).size === 1);
    await deployments.create({
      name: 'team/assistant',
      model: MODEL_DIGEST,
      replicas: 1,
      spec: replicaSpecSchema.parse({}),
    });
  });
  afterAll(async () => {
    memory.onModuleDestroy();
    deployments.onModuleDestroy();
    await bus.close();
    await prisma.onApplicationShutdown();
    await servers.remove();
  });
  beforeEach(async () => {
    await prisma.client.usageHour.deleteMany();
    await prisma.client.usageDay.deleteMany();
    await prisma.client.requestUsage.deleteMany();
    await prisma.client.nodePrice.deleteMany();
    await memory.changed();
  });

  function hear(name: string, parameters: number): void {
    const facts = {
      name,
      architecture: 'llama',
      parameters,
      contextTokens: 8192,
      quantization: 'Q4_K_M',
      license: null,
      hasChatTemplate: true,
    };
    nodes.heard(heartbeatOf('gpu-1', { models: [storedModel({ facts })] }));
  }

  /** The days' sums as the hours have them. */
  async function sumDays(): Promise<void> {
    await prisma.client.$transaction(async (tx) => {
      await tx.usageDay.deleteMany();
      await insertDays(tx, Prisma.sql`true`);
    });
  }

  const asker = (role: Role, teamId = 'research', userId = 'ada'): Principal => ({
    ...SYSTEM,
    kind: 'user',
    role,
    teamId,
    userId,
  });
  const admin = asker('admin');

  /** An hour of requests in the roll-up; each of them has a counterfactual. */
  async function roll(hour: string, change: Record<string, string | number> = {}): Promise<void> {
    const row = {
      hour: new Date(hour),
      teamId: 'research',
      userId: 'ada',
      keyId: 'key',
      deployment: 'team/assistant',
      nodeId: 'gpu-1',
      requests: 10,
      failed: 0,
      cancelled: 0,
      promptTokens: 900_000,
      cachedTokens: 0,
      completionTokens: 100_000,
      reasoningTokens: 0,
      wastedTokens: 0,
      deviceMs: HOUR_MS,
      millijoules: 0,
      localMicrodollars: 200_000,
      energyMicrodollars: 100_000,
      cloudMicrodollars: 500_000,
      comparedRequests: 10,
      comparedMicrodollars: 200_000,
      ...change,
    };
    await prisma.client.usageHour.create({ data: row });
    await sumDays();
  }

  describe('the price book', () => {
    it('is seeded once, though several controllers begin at the same time and again', async () => {
      await prisma.client.cloudPrice.deleteMany();
      await Promise.all([1, 2, 3].map(() => repository.seed(listPrices())));
      expect(await repository.seed(listPrices())).toBe(0);
      await memory.changed();
      expect(prices.cloudPrices()).toHaveLength(listPrices().length);
    });

    it('takes a new price as a new row, and is audited', async () => {
      const price = {
        provider: 'host',
        model: 'new-8b',
        name: 'New',
        inputPerMTok: 1,
        cachedInputPerMTok: null,
        outputPerMTok: 2,
        openWeights: false,
        source: 'a contract',
      };
      const from = '2026-11-20T00:00:00.000Z';
      const first = await prices.addCloudPrice(admin, { ...price, validFrom: from });
      await expect(
        prices.addCloudPrice(admin, { ...price, outputPerMTok: 3, validFrom: from }),
      ).rejects.toMatchObject({ failure: { code: 'conflict' } });
      const second = await prices.addCloudPrice(admin, { ...price, outputPerMTok: 4 });
      const book = prices.cloudPrices().filter(({ model }) => model === 'new-8b');
      expect(book).toEqual([
        { ...second, current: true },
        { ...first, current: false },
      ]);
      const { subjectId, action } = { subjectId: second.id, action: 'price.create' };
      expect(
        await prisma.client.auditEntry.findFirst({ where: { action, subjectId } }),
      ).toMatchObject({ before: { outputPerMTok: 2 }, after: { outputPerMTok: 4 } });
    });

    it('reaches another controller as soon as it changes', async () => {
      const otherBus = await connectBus({ servers: servers.nats.url, name: 'other' });
      const other = new PriceMemory(repository, otherBus);
      await other.onModuleInit();
      await prices.setNodePrice(admin, 'gpu-1', NODE_PRICE);
      await until('the price', () => other.nodes.at('gpu-1', NOW) !== null);
      other.onModuleDestroy();
      await otherBus.close();
    });
  });

  describe('a request', () => {
    const use = {
      deployment: 'team/assistant',
      nodeId: 'gpu-1',
      at: NOW,
      promptTokens: 1_000_000,
      cachedTokens: 500_000,
      completionTokens: 1_000_000,
      deviceMs: HOUR_MS,
    };

    it('costs what its node does, and is compared with the cheapest host of the same model', async () => {
      await prices.setNodePrice(admin, 'gpu-1', NODE_PRICE);
      const [reference] = prices.references()[0]?.references ?? [];
      expect(reference).toMatchObject({ provider: 'deepinfra', inputPerMTok: 20_000 });
      expect(costs.price(use)).toEqual({
        localMicrodollars: 200_000,
        energyMicrodollars: 100_000,
        millijoules: null,
        cloudMicrodollars: 20_000 + 40_000,
        cloudPriceId: reference?.id,
      });
    });

    it('keeps the price of its own time when a new one comes', async () => {
      await prices.setNodePrice(admin, 'gpu-1', NODE_PRICE);
      await roll('2026-11-24T10:00:00Z');
      const before = await prisma.client.usageHour.findMany();
      const later = new Date(NOW.getTime() + 1_000);
      const dearer = { ...NODE_PRICE, loadWatts: 4_000, validFrom: later.toISOString() };
      await prices.setNodePrice(admin, 'gpu-1', dearer);
      expect(costs.price(use).localMicrodollars).toBe(200_000);
      expect(costs.price({ ...use, at: later }).localMicrodollars).toBe(1_100_000);
      expect(await prisma.client.usageHour.findMany()).toEqual(before);
    });

    it('costs nothing on a node without a price, and is compared with nothing where none ran', () => {
      expect(costs.price(use)).toMatchObject({ localMicrodollars: 0, cloudMicrodollars: 60_000 });
      expect(costs.price({ ...use, nodeId: null })).toMatchObject({
        localMicrodollars: 0,
        cloudMicrodollars: null,
        cloudPriceId: null,
      });
      expect(costs.price({ ...use, deployment: 'unheard-of' }).cloudMicrodollars).toBeNull();
    });

    it('is estimated at nothing without a price, roughly at first, and then as it was', async () => {
      expect(costs.estimate('team/assistant', 1_000, 1_000)).toBe(0);
      await prices.setNodePrice(admin, 'gpu-1', NODE_PRICE);
      // 21 seconds at 0.2 dollars an hour.
      expect(costs.estimate('team/assistant', 1_000, 1_000)).toBe(1_167);
      costs.learn('team/assistant', 4_000, 1_000);
      expect(costs.estimate('team/assistant', 1_000, 1_001)).toBe(501);
    });

    it('is estimated after a restart as the last week’s were', async () => {
      await roll('2026-11-23T10:00:00Z');
      await roll('2026-11-10T10:00:00Z', { localMicrodollars: 9_000_000 });
      const past = await new CostSumsRepository(prisma).costsSince(
        new Date('2026-11-17T10:30:00Z'),
      );
      expect(past).toEqual([
        { deployment: 'team/assistant', requests: 10, tokens: 1_000_000, microdollars: 200_000 },
      ]);
    });
  });

  describe('a reference', () => {
    const gpt = { provider: 'openai', model: 'gpt-5.5' };

    it('is an admin’s choice over the default, and the default again without one', async () => {
      const set = await prices.setReferences(admin, 'team/assistant', { references: [gpt] });
      expect(set).toMatchObject({ chosen: 'explicit', references: [gpt] });
      const back = await prices.setReferences(admin, 'team/assistant', { references: [] });
      expect(back).toMatchObject({
        chosen: 'default',
        reason: 'Cheapest host of the same model.',
        references: [{ provider: 'deepinfra', openWeights: true }],
      });
      const entries = await prisma.client.auditEntry.findMany({
        where: { action: 'reference.set' },
        orderBy: { id: 'asc' },
      });
      expect(entries.map(({ before, after }) => [before, after])).toEqual([
        [{ references: [] }, { references: [gpt] }],
        [{ references: [gpt] }, { references: [] }],
      ]);
    });

    it('must be in the price book, once, of a deployment that there is', async () => {
      const set = (deployment: string, references: { provider: string; model: string }[]) =>
        prices.setReferences(admin, deployment, { references });
      const unknown = { provider: 'openai', model: 'gpt-0' };
      await expect(set('team/assistant', [gpt, unknown])).rejects.toMatchObject({
        failure: { code: 'invalid_value', param: 'references[1]' },
      });
      await expect(set('team/assistant', [gpt, gpt])).rejects.toMatchObject({
        failure: { code: 'invalid_value', param: 'references[1]' },
      });
      await expect(set('nothing', [gpt])).rejects.toMatchObject({ failure: { code: 'not_found' } });
    });
  });

  describe('a node’s price', () => {
    it('is shown by the hour, and audited', async () => {
      const rented = {
        ...NODE_PRICE,
        hardware: { kind: 'rented', microdollarsPerHour: 5 },
      } as const;
      await prices.setNodePrice(admin, 'gpu-1', {
        ...NODE_PRICE,
        validFrom: '2026-11-02T00:00:00Z',
      });
      const set = await prices.setNodePrice(admin, 'gpu-1', rented);
      expect(set).toMatchObject({
        hardware: { kind: 'rented', microdollarsPerHour: 5 },
        current: true,
        microdollarsPerLoadHour: 100_005,
        energyMicrodollarsPerLoadHour: 100_000,
      });
      expect(prices.nodePrices()).toMatchObject([
        { id: set.id },
        {
          hardware: { kind: 'bought', lifeMonths: 36 },
          current: false,
          microdollarsPerLoadHour: 200_000,
        },
      ]);
      const entry = await prisma.client.auditEntry.findFirst({ orderBy: { id: 'desc' } });
      expect(entry).toMatchObject({
        action: 'node_price.set',
        before: { hardware: { kind: 'bought' } },
        after: { hardware: { kind: 'rented' } },
      });
    });

    it('is of a node that there is', async () => {
      await expect(prices.setNodePrice(admin, 'gpu-9', NODE_PRICE)).rejects.toMatchObject({
        failure: { code: 'not_found' },
      });
    });
  });

  describe('the report', () => {
    const day = { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' };

    beforeEach(async () => {
      await prices.setNodePrice(admin, 'gpu-1', {
        ...NODE_PRICE,
        validFrom: '2026-11-22T00:00:00Z',
      });
      await roll('2026-11-23T09:00:00Z');
      await roll('2026-11-23T23:00:00Z', { teamId: 'default', userId: 'bob' });
      // Outside, and on no node.
      await roll('2026-11-24T00:00:00Z');
      await roll('2026-11-23T09:00:00Z', {
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
      await sumDays();
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

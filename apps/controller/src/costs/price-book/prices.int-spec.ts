import { connectBus } from '@corral/bus';
import { until } from '@corral/testing';
import { admin, CostDesk, NODE_PRICE, NOW } from '../../testing/cost-desk.js';
import { listPrices } from './price-book.js';
import { PriceMemory } from './price-memory.service.js';

describe('the price book, its references and nodes’ prices', () => {
  let desk: CostDesk;
  let servers: CostDesk['servers'];
  let prisma: CostDesk['prisma'];
  let repository: CostDesk['repository'];
  let memory: CostDesk['memory'];
  let prices: CostDesk['prices'];
  let referenceSettings: CostDesk['referenceSettings'];

  beforeAll(async () => {
    desk = await CostDesk.open();
    ({ servers, prisma, repository, memory, prices, referenceSettings } = desk);
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

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

  describe('a reference', () => {
    const gpt = { provider: 'openai', model: 'gpt-5.5' };

    it('is an admin’s choice over the default, and the default again without one', async () => {
      const set = await referenceSettings.setReferences(admin, 'team/assistant', {
        references: [gpt],
      });
      expect(set).toMatchObject({ chosen: 'explicit', references: [gpt] });
      const back = await referenceSettings.setReferences(admin, 'team/assistant', {
        references: [],
      });
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
        referenceSettings.setReferences(admin, deployment, { references });
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
});

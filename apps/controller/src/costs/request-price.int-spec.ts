import { admin, CostDesk, NODE_PRICE, NOW } from '../testing/cost-desk.js';
import { CostSumsRepository } from './reports/cost-sums.repository.js';

const HOUR_MS = 3_600_000;

describe('the price of a request', () => {
  let desk: CostDesk;
  let prisma: CostDesk['prisma'];
  let costs: CostDesk['costs'];
  let prices: CostDesk['prices'];
  let referenceSettings: CostDesk['referenceSettings'];

  beforeAll(async () => {
    desk = await CostDesk.open();
    ({ prisma, costs, prices, referenceSettings } = desk);
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk.close());

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
      const [reference] = referenceSettings.references()[0]?.references ?? [];
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
      await desk.roll('2026-11-24T10:00:00Z');
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
      await desk.roll('2026-11-23T10:00:00Z');
      await desk.roll('2026-11-10T10:00:00Z', { localMicrodollars: 9_000_000 });
      const past = await new CostSumsRepository(prisma).costsSince(
        new Date('2026-11-17T10:30:00Z'),
      );
      expect(past).toEqual([
        { deployment: 'team/assistant', requests: 10, tokens: 1_000_000, microdollars: 200_000 },
      ]);
    });
  });
});

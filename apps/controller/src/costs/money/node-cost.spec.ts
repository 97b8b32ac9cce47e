import { HOUR_MS, type NodeRates } from './local-cost.pure.js';
import { spanCost } from './node-cost.pure.js';

/** $0.10 an hour of hardware; 400 W and 40 W at $0.25 a kWh are $0.10 and $0.01 an hour. */
const RATES: NodeRates = {
  hardware: { kind: 'bought', microdollars: 2_628_000_000, lifeMonths: 36, purchasedAtMs: 0 },
  loadWatts: 400,
  idleWatts: 40,
  microdollarsPerKwh: 250_000,
  pueThousandths: 1000,
};
const UNUSED = { deviceMs: 0, localMicrodollars: 0, energyMicrodollars: 0 };
/** A quarter of one device's ten hours. */
const USED = {
  deviceMs: 2.5 * HOUR_MS,
  localMicrodollars: 500_000,
  energyMicrodollars: 250_000,
};

describe('the cost of a node', () => {
  const tenHours = { rates: RATES, fromMs: 0, toMs: 10 * HOUR_MS, used: USED };

  it('is idle where requests are charged nothing', () => {
    expect(spanCost({ ...tenHours, used: UNUSED }, 1)).toEqual({
      usedMicrodollars: 0,
      idleMicrodollars: 1_000_000 + 100_000,
      energyMicrodollars: 100_000,
      rentMicrodollars: 0,
      idleEnergyMicrodollars: 100_000,
    });
  });

  it('is what requests are charged, and the rest', () => {
    expect(spanCost(tenHours, 1)).toMatchObject({
      usedMicrodollars: 500_000,
      idleMicrodollars: 750_000 + 75_000,
      energyMicrodollars: 250_000 + 75_000,
    });
  });

  it('draws power between idle and load when some of its devices compute', () => {
    const used = { ...USED, localMicrodollars: 250_000, energyMicrodollars: 125_000 };
    expect(spanCost({ ...tenHours, used }, 2)).toMatchObject({
      idleMicrodollars: 875_000 + 87_500,
      energyMicrodollars: 125_000 + 87_500,
    });
  });

  it('keeps the power of the machine that its devices did not measure', () => {
    const used = { ...USED, localMicrodollars: 400_000, energyMicrodollars: 150_000 };
    expect(spanCost({ ...tenHours, used }, 1)).toMatchObject({
      idleMicrodollars: 750_000 + 75_000 + 100_000,
      energyMicrodollars: 325_000,
    });
  });

  it('says what is rent', () => {
    const rates: NodeRates = {
      ...RATES,
      hardware: { kind: 'rented', microdollarsPerHour: 70_000 },
    };
    expect(spanCost({ ...tenHours, rates, used: UNUSED }, 1)).toMatchObject({
      idleMicrodollars: 800_000,
      rentMicrodollars: 700_000,
    });
  });

  it('has no hardware in it after the end of its life', () => {
    const life = 36 * 730 * HOUR_MS;
    const span = { ...tenHours, used: UNUSED, fromMs: life - HOUR_MS, toMs: life + 9 * HOUR_MS };
    expect(spanCost(span, 1).idleMicrodollars).toBe(100_000 + 100_000);
  });

  it('never is negative, though requests were rounded up', () => {
    const used = {
      deviceMs: 11 * HOUR_MS,
      localMicrodollars: 2_200_001,
      energyMicrodollars: 1_100_000,
    };
    expect(spanCost({ ...tenHours, used }, 1).idleMicrodollars).toBe(0);
  });
});

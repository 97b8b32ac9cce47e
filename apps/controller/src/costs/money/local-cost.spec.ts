import { HOUR_MS, localCost, type NodeRates } from './local-cost.pure.js';

const PURCHASED_AT_MS = Date.parse('2026-01-01T00:00:00Z');

/** $2,628 over 36 months is $0.10 an hour; 400 W at $0.25 a kWh are $0.10, with PUE 1.5 $0.15. */
const RATES: NodeRates = {
  hardware: {
    kind: 'bought',
    microdollars: 2_628_000_000,
    lifeMonths: 36,
    purchasedAtMs: PURCHASED_AT_MS,
  },
  loadWatts: 400,
  idleWatts: 40,
  microdollarsPerKwh: 250_000,
  pueThousandths: 1500,
};

describe('the local cost of a request', () => {
  const hour = { deviceMs: HOUR_MS, devices: 1, millijoules: null, atMs: PURCHASED_AT_MS };

  it('is its device time at hardware and power', () => {
    expect(localCost(RATES, hour)).toEqual({
      localMicrodollars: 250_000,
      energyMicrodollars: 150_000,
    });
  });

  it('takes rent in place of the purchase', () => {
    const rates: NodeRates = {
      ...RATES,
      hardware: { kind: 'rented', microdollarsPerHour: 70_000 },
    };
    expect(localCost(rates, hour).localMicrodollars).toBe(220_000);
  });

  it('is a part of the machine when that has several devices', () => {
    expect(localCost(RATES, { ...hour, devices: 4 })).toEqual({
      localMicrodollars: 62_500,
      energyMicrodollars: 37_500,
    });
  });

  it('takes measured energy in place of the rated watts', () => {
    // 100 W over the hour: 0.1 kWh, with PUE 1.5.
    const measured = { ...hour, devices: 2, millijoules: 100 * HOUR_MS };
    expect(localCost(RATES, measured)).toEqual({
      localMicrodollars: 50_000 + 37_500,
      energyMicrodollars: 37_500,
    });
  });

  it('rounds half up once, and not its parts', () => {
    // A millisecond costs 0.0277… of hardware and 0.0416… of power.
    const ms = (deviceMs: number) => localCost(RATES, { ...hour, deviceMs });
    expect(ms(7)).toEqual({ localMicrodollars: 0, energyMicrodollars: 0 });
    expect(ms(8)).toEqual({ localMicrodollars: 1, energyMicrodollars: 0 });
    expect(ms(12)).toEqual({ localMicrodollars: 1, energyMicrodollars: 1 });
  });

  it('has no hardware in it once that has been written off', () => {
    const life = 36 * 730 * HOUR_MS;
    const at = (atMs: number) => localCost(RATES, { ...hour, atMs }).localMicrodollars;
    expect(at(PURCHASED_AT_MS + life - 1)).toBe(250_000);
    expect(at(PURCHASED_AT_MS + life)).toBe(150_000);
  });

  it('is nothing on a node without a price', () => {
    expect(localCost(null, hour)).toEqual({ localMicrodollars: 0, energyMicrodollars: 0 });
  });
});

import { breakEven, type BreakEvenInput } from './break-even.pure.js';
import type { Hardware } from './local-cost.pure.js';

const DAY_MS = 86_400_000;
const PURCHASED_AT = '2026-01-01T00:00:00.000Z';

/** $3,650 over 60 months of 730 hours: $2 a day. */
const BOUGHT: Hardware = {
  kind: 'bought',
  microdollars: 3_650_000_000,
  lifeMonths: 60,
  purchasedAtMs: Date.parse(PURCHASED_AT),
};

/** Ten days: $100 in the cloud for 100 million tokens, $20 of power, of which $10 are idle. */
const INPUT: BreakEvenInput = {
  ms: 10 * DAY_MS,
  hardware: [BOUGHT],
  cloudMicrodollars: 100_000_000,
  tokens: 100_000_000,
  energyMicrodollars: 20_000_000,
  idleEnergyMicrodollars: 10_000_000,
  rentMicrodollars: 0,
  utilisation: 0.2,
};

describe('the break-even', () => {
  it('is when what is saved on the cloud, less power, has paid the hardware', () => {
    // 3,650 / 8 are 456.25 days.
    expect(breakEven(INPUT)).toEqual({
      investedMicrodollars: 3_650_000_000,
      savedPerDayMicrodollars: 8_000_000,
      date: new Date(Date.parse(PURCHASED_AT) + 456.25 * DAY_MS).toISOString(),
      // (2 + 1) dollars a day over 0.9 dollars a million.
      tokensPerDayToBreakEven: 3_333_334,
      utilisationToBreakEven: expect.closeTo(0.0667, 4) as number,
      reason: 'Within the life of the hardware.',
    });
  });

  it('counts several machines once each, from the newest', () => {
    const newer = { ...BOUGHT, purchasedAtMs: BOUGHT.purchasedAtMs + 100 * DAY_MS };
    const both = breakEven({ ...INPUT, hardware: [newer, BOUGHT] });
    expect(both.investedMicrodollars).toBe(7_300_000_000);
    expect(both.date).toBe(new Date(newer.purchasedAtMs + 912.5 * DAY_MS).toISOString());
  });

  it('takes rent off what is saved', () => {
    const rented: Hardware = { kind: 'rented', microdollarsPerHour: 1 };
    const input = { ...INPUT, hardware: [BOUGHT, rented], rentMicrodollars: 30_000_000 };
    expect(breakEven(input)).toMatchObject({
      investedMicrodollars: 3_650_000_000,
      savedPerDayMicrodollars: 5_000_000,
      tokensPerDayToBreakEven: 6_666_667,
    });
  });

  it('is never when running costs as much as the cloud', () => {
    expect(breakEven({ ...INPUT, cloudMicrodollars: 20_000_000 })).toMatchObject({
      savedPerDayMicrodollars: 0,
      date: null,
      reason: expect.stringContaining('Never at this rate: power') as string,
    });
    expect(breakEven({ ...INPUT, cloudMicrodollars: 10_000_000 })).toMatchObject({
      savedPerDayMicrodollars: -1_000_000,
      tokensPerDayToBreakEven: null,
      utilisationToBreakEven: null,
    });
  });

  it('is never when it would take more than a hundred years', () => {
    const input = { ...INPUT, cloudMicrodollars: 20_000_001 };
    expect(breakEven(input)).toMatchObject({ date: null, savedPerDayMicrodollars: 0 });
  });

  it('says so when it comes after the life of the hardware', () => {
    const input = { ...INPUT, cloudMicrodollars: 30_000_000 };
    expect(breakEven(input).reason).toBe('Only after the hardware has been written off.');
  });

  it('is unknown without bought hardware and without requests', () => {
    const nothing = { ...INPUT, hardware: [], ms: 0, tokens: 0 };
    expect(breakEven(nothing)).toEqual({
      investedMicrodollars: 0,
      savedPerDayMicrodollars: 0,
      date: null,
      tokensPerDayToBreakEven: null,
      utilisationToBreakEven: null,
      reason: 'No bought hardware has a price.',
    });
  });
});

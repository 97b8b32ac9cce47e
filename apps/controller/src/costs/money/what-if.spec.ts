import { HOUR_MS } from './local-cost.pure.js';
import { NO_USAGE } from '../../ledger/sums/sums.pure.js';
import { whatIfCloud, whatIfHardware } from './what-if.pure.js';

const SUMS = {
  ...NO_USAGE,
  promptTokens: 10_000_000,
  cachedTokens: 4_000_000,
  completionTokens: 1_000_000,
  localMicrodollars: 700_000,
  comparedMicrodollars: 600_000,
  cloudMicrodollars: 900_000,
};

describe('another cloud', () => {
  it('is compared with all requests, cached input at its cached rate', () => {
    const rates = { inputPerMTok: 100_000, cachedInputPerMTok: 10_000, outputPerMTok: 500_000 };
    expect(whatIfCloud(SUMS, rates)).toEqual({
      cloudMicrodollars: 600_000 + 40_000 + 500_000,
      localMicrodollars: 700_000,
      avoidedMicrodollars: 440_000,
    });
  });

  it('is that of the books when none is named', () => {
    expect(whatIfCloud(SUMS, null)).toEqual({
      cloudMicrodollars: 900_000,
      localMicrodollars: 600_000,
      avoidedMicrodollars: 300_000,
    });
  });
});

describe('other hardware', () => {
  /** $0.10 an hour, and so is its power at load; idle a tenth of that. */
  const query = {
    purchaseMicrodollars: 2_628_000_000,
    loadWatts: 400,
    idleWatts: 40,
    microdollarsPerKwh: 250_000,
  };

  it('is used for the computing, and idle for the rest of the range', () => {
    expect(whatIfHardware(query, 2 * HOUR_MS, 10 * HOUR_MS)).toEqual({
      utilisation: 0.2,
      totalMicrodollars: 400_000 + 880_000,
      usedMicrodollars: 400_000,
      idleMicrodollars: 880_000,
    });
  });

  it('is used for less when it is faster or has more devices', () => {
    const faster = whatIfHardware(
      { ...query, speedThousandths: 2000, devices: 2 },
      4 * HOUR_MS,
      10 * HOUR_MS,
    );
    expect(faster).toMatchObject({ utilisation: 0.1, usedMicrodollars: 200_000 });
  });

  it('says when it would not have got through', () => {
    expect(whatIfHardware(query, 20 * HOUR_MS, 10 * HOUR_MS)).toMatchObject({
      utilisation: 2,
      idleMicrodollars: 0,
    });
  });

  it('is not spoken of without a purchase price', () => {
    expect(whatIfHardware({ loadWatts: 400 }, 1, 1)).toBeNull();
  });
});

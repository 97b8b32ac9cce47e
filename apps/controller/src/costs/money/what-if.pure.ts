/** What the same requests would have cost elsewhere: in another cloud, or on other hardware. Pure. */
import type { UsageSums, WhatIf, WhatIfQuery } from '@corral/contracts/http';
import { counterfactual, type TokenRates } from './counterfactual.pure.js';
import { fraction, plus, roundHalfUp, roundUp } from './fraction.pure.js';
import { hardwareOver, powerOver, type NodeRates } from './local-cost.pure.js';

const DEFAULT_LIFE_MONTHS = 36;

/**
 * @param rates another cloud model's; null: what the books say, and only of requests that have a
 *   counterfactual, so that like stands against like
 */
export function whatIfCloud(
  sums: UsageSums,
  rates: TokenRates | null,
): Omit<WhatIf, 'price' | 'hardware'> {
  const [cloudMicrodollars, localMicrodollars] =
    rates === null
      ? [sums.cloudMicrodollars, sums.comparedMicrodollars]
      : [counterfactual(rates, sums), sums.localMicrodollars];
  return {
    cloudMicrodollars,
    localMicrodollars,
    avoidedMicrodollars: cloudMicrodollars - localMicrodollars,
  };
}

/** Null when no purchase price is given. One new machine, for as long as the range lasts. */
export function whatIfHardware(
  query: WhatIfQuery,
  deviceMs: number,
  rangeMs: number,
): WhatIf['hardware'] {
  if (query.purchaseMicrodollars === undefined) return null;
  const devices = query.devices ?? 1;
  const rates: NodeRates = {
    hardware: {
      kind: 'bought',
      microdollars: query.purchaseMicrodollars,
      lifeMonths: query.lifeMonths ?? DEFAULT_LIFE_MONTHS,
      purchasedAtMs: 0,
    },
    loadWatts: query.loadWatts ?? 0,
    idleWatts: query.idleWatts ?? 0,
    microdollarsPerKwh: query.microdollarsPerKwh ?? 0,
    pueThousandths: query.pueThousandths ?? 1000,
  };
  const busyMs = roundUp(
    fraction(BigInt(deviceMs) * 1000n, (query.speedThousandths ?? 1000) * devices),
  );
  const idleMs = Math.max(0, rangeMs - busyMs);
  const used = plus(
    hardwareOver(rates.hardware, busyMs),
    powerOver(rates, rates.loadWatts, busyMs),
  );
  const idle = plus(
    hardwareOver(rates.hardware, idleMs),
    powerOver(rates, rates.idleWatts, idleMs),
  );
  const usedMicrodollars = roundHalfUp(used);
  const idleMicrodollars = roundHalfUp(idle);
  return {
    utilisation: rangeMs === 0 ? 0 : busyMs / rangeMs,
    totalMicrodollars: usedMicrodollars + idleMicrodollars,
    usedMicrodollars,
    idleMicrodollars,
  };
}

/** Prices as the admin API shows and takes them. Pure. */
import type { CloudPriceView, NodePriceView, SetNodePrice } from '@corral/contracts/http';
import type { NodePriceRow } from './cost-report.pure.js';
import { plus, roundHalfUp } from '../money/fraction.pure.js';
import { HOUR_MS, hardwareOver, powerOver, type Hardware } from '../money/local-cost.pure.js';

interface CloudPrice extends Omit<CloudPriceView, 'validFrom' | 'current'> {
  validFrom: Date;
}

export function cloudPriceView(price: CloudPrice, current: boolean): CloudPriceView {
  return { ...price, validFrom: price.validFrom.toISOString(), current };
}

export function nodePriceView(price: NodePriceRow, current: boolean): NodePriceView {
  const power = powerOver(price, price.loadWatts, HOUR_MS);
  return {
    ...price,
    hardware: hardwareView(price.hardware),
    validFrom: price.validFrom.toISOString(),
    current,
    microdollarsPerLoadHour: roundHalfUp(plus(hardwareOver(price.hardware, HOUR_MS), power)),
    energyMicrodollarsPerLoadHour: roundHalfUp(power),
  };
}

export function hardwareFrom(hardware: SetNodePrice['hardware']): Hardware {
  if (hardware.kind === 'rented') return hardware;
  const { purchasedAt, ...bought } = hardware;
  return { ...bought, purchasedAtMs: Date.parse(purchasedAt) };
}

function hardwareView(hardware: Hardware): NodePriceView['hardware'] {
  if (hardware.kind === 'rented') return hardware;
  const { purchasedAtMs, ...bought } = hardware;
  return { ...bought, purchasedAt: new Date(purchasedAtMs).toISOString() };
}

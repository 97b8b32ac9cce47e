/**
 * What a node costs, and what of it one request is charged (docs/cost-model.md). Pure, and exact:
 * sums are fractions of a microdollar until they are rounded, once, at the end.
 *
 *   hardware per hour = purchase / (life in months x 730), or the rent
 *   power per hour    = watts / 1000 x price per kWh x PUE
 *   a request         = device time / devices of the node x (hardware + power at load)
 */
import { fraction, plus, roundHalfUp, times, ZERO, type Fraction } from './fraction.pure.js';

/** 8,760 hours of a year over 12 months. */
export const HOURS_PER_MONTH = 730;
export const HOUR_MS = 3_600_000;
/** 1 kWh is 3,600,000 J. */
const MILLIJOULES_PER_KWH = 3_600_000_000;

export type Hardware =
  | { kind: 'bought'; microdollars: number; lifeMonths: number; purchasedAtMs: number }
  | { kind: 'rented'; microdollarsPerHour: number };

/** Of the whole machine; money in microdollars. */
export interface NodeRates {
  hardware: Hardware;
  loadWatts: number;
  idleWatts: number;
  microdollarsPerKwh: number;
  /** 1000 and more. */
  pueThousandths: number;
}

export interface ComputedTime {
  /** The request's share of the time its device computed. */
  deviceMs: number;
  /** Compute devices of the node, 1 or more; each bears an equal part of the machine. */
  devices: number;
  /** Energy of that time where the device's power was measured; null: the rated watts count. */
  millijoules: number | null;
  /** When it was. */
  atMs: number;
}

export interface LocalCost {
  /** Hardware and power. */
  localMicrodollars: number;
  /** Of it, the power. Never more than the whole. */
  energyMicrodollars: number;
}

/** Nothing where nobody has said what the node costs. */
export function localCost(rates: NodeRates | null, time: ComputedTime): LocalCost {
  if (rates === null) return { localMicrodollars: 0, energyMicrodollars: 0 };
  const share = fraction(1, time.devices);
  const energy =
    time.millijoules === null
      ? times(powerOver(rates, rates.loadWatts, time.deviceMs), share)
      : measuredPower(rates, time.millijoules);
  const hardware = isPaidOff(rates.hardware, time.atMs)
    ? ZERO
    : times(hardwareOver(rates.hardware, time.deviceMs), share);
  return {
    localMicrodollars: roundHalfUp(plus(hardware, energy)),
    energyMicrodollars: roundHalfUp(energy),
  };
}

/** What `ms` of the hardware cost, without power. */
export function hardwareOver(hardware: Hardware, ms: number): Fraction {
  return hardware.kind === 'bought'
    ? fraction(
        BigInt(hardware.microdollars) * BigInt(ms),
        BigInt(hardware.lifeMonths * HOURS_PER_MONTH) * BigInt(HOUR_MS),
      )
    : fraction(BigInt(hardware.microdollarsPerHour) * BigInt(ms), HOUR_MS);
}

/** What the machine's power costs when it draws `watts` for `ms`. */
export function powerOver(rates: NodeRates, watts: number, ms: number): Fraction {
  // 1 W over 1 ms is 1 mJ.
  return measuredPower(rates, BigInt(watts) * BigInt(ms));
}

/** When bought hardware has been written off; never for rented. */
export function endOfLifeMs(hardware: Hardware): number {
  return hardware.kind === 'bought'
    ? hardware.purchasedAtMs + hardware.lifeMonths * HOURS_PER_MONTH * HOUR_MS
    : Number.POSITIVE_INFINITY;
}

/** After its life a machine has been paid for in full: to charge more would count it twice. */
function isPaidOff(hardware: Hardware, atMs: number): boolean {
  return atMs >= endOfLifeMs(hardware);
}

function measuredPower(rates: NodeRates, millijoules: number | bigint): Fraction {
  return fraction(
    BigInt(millijoules) * BigInt(rates.microdollarsPerKwh) * BigInt(rates.pueThousandths),
    BigInt(MILLIJOULES_PER_KWH) * 1000n,
  );
}

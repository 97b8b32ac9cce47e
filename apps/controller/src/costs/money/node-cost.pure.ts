/**
 * All that a node costs over a range: what requests were charged, and the rest, which nobody used.
 * Pure. The machine is taken to be switched on from the moment it has a price.
 *
 *   idle  = hardware of the hours - hardware charged + power of the hours - power charged
 *   total = used + idle
 *
 * The power of the hours is that of the whole machine: load watts while its devices compute, idle
 * watts while they do not, and between them in proportion when some of several do. Requests whose
 * energy was measured at the device leave the rest of the machine's power here, and so do those of
 * before anybody had entered a price. Never less than the idle time's.
 */
import {
  fraction,
  isAbove,
  minus,
  plus,
  roundHalfUp,
  times,
  ZERO,
  type Fraction,
} from './fraction.pure.js';
import { endOfLifeMs, hardwareOver, powerOver, type NodeRates } from './local-cost.pure.js';

/** A price of the node and the part of the range in which it holds. */
export interface PricedSpan {
  rates: NodeRates;
  fromMs: number;
  toMs: number;
  used: NodeUse;
}

/** What the ledger says of requests on the node. Microdollars. */
export interface NodeUse {
  deviceMs: number;
  localMicrodollars: number;
  energyMicrodollars: number;
}

export interface SpanCost {
  usedMicrodollars: number;
  idleMicrodollars: number;
  /** Power of both. */
  energyMicrodollars: number;
  /** Rent of both; 0 of bought hardware. */
  rentMicrodollars: number;
  /** Power as if nothing had computed: what the machine draws in any case. */
  idleEnergyMicrodollars: number;
}

/** @param devices compute devices of the node, 1 or more */
export function spanCost({ rates, fromMs, toMs, used }: PricedSpan, devices: number): SpanCost {
  const ms = toMs - fromMs;
  const hardware = hardwareOver(rates.hardware, livingMs(rates, fromMs, toMs));
  const hardwareCharged = fraction(used.localMicrodollars - used.energyMicrodollars, 1);
  const hardwareIdle = atLeastZero(minus(hardware, hardwareCharged));

  const idleDeviceMs = Math.max(0, ms * devices - used.deviceMs);
  const share = fraction(1, devices);
  const whileIdle = times(powerOver(rates, rates.idleWatts, idleDeviceMs), share);
  const whileBusy = times(powerOver(rates, rates.loadWatts, used.deviceMs), share);
  const uncharged = atLeastZero(minus(whileBusy, fraction(used.energyMicrodollars, 1)));
  const powerIdle = plus(whileIdle, uncharged);
  return {
    usedMicrodollars: used.localMicrodollars,
    idleMicrodollars: roundHalfUp(plus(hardwareIdle, powerIdle)),
    energyMicrodollars: used.energyMicrodollars + roundHalfUp(powerIdle),
    rentMicrodollars:
      rates.hardware.kind === 'rented' ? roundHalfUp(plus(hardwareCharged, hardwareIdle)) : 0,
    idleEnergyMicrodollars: roundHalfUp(powerOver(rates, rates.idleWatts, ms)),
  };
}

/** The part of the span in which bought hardware is still written off. */
function livingMs({ hardware }: NodeRates, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(toMs, endOfLifeMs(hardware)) - fromMs);
}

function atLeastZero(value: Fraction): Fraction {
  return isAbove(value, ZERO) ? value : ZERO;
}

/**
 * The report on cost: what requests were charged, what the machines cost in all, and what the cloud
 * would have charged (docs/cost-model.md). Pure.
 */
import type { CostReport, NodeCost, UsageSums } from '@corral/contracts/http';
import { breakEven } from '../money/break-even.pure.js';
import { fraction, roundHalfUp } from '../money/fraction.pure.js';
import type { NodeRates } from '../money/local-cost.pure.js';
import { spanCost, type SpanCost } from '../money/node-cost.pure.js';
import type { PriceHistory, PricedFrom } from '../price-book/price-history.pure.js';
import { addUp, tokensOf } from '../../ledger/sums/sums.pure.js';

/** Sums of the requests of one node in the hours in which one of its prices held. */
export interface NodeUsage extends UsageSums {
  /** Empty: no node was reached. */
  nodeId: string;
  /** Null: the node had no price. */
  priceId: string | null;
}

export type NodePriceRow = NodeRates & PricedFrom & { nodeId: string };

export interface ReportInput {
  fromMs: number;
  toMs: number;
  nowMs: number;
  usage: readonly NodeUsage[];
}

export interface Machines {
  prices: PriceHistory<NodePriceRow>;
  /** Of every node that is known. */
  nodes: readonly { nodeId: string; nodeName: string; devices: number }[];
}

/** @param machines null: only a part of the requests is looked at, so nothing is said of machines */
export function costReport(input: ReportInput, machines: Machines | null): CostReport {
  const sums = addUp(input.usage);
  const unpriced = input.usage.filter(({ priceId }) => priceId === null);
  const base = {
    from: new Date(input.fromMs).toISOString(),
    to: new Date(input.toMs).toISOString(),
    sums,
    unpricedCloudMicrodollars: addUp(unpriced).cloudMicrodollars,
    marginalPerMTok: perMTok(sums.localMicrodollars, tokensOf(sums)),
  };
  return { ...base, ...(machines === null ? NOTHING_OF_MACHINES : wholeOf(input, sums, machines)) };
}

type Whole = Pick<
  CostReport,
  'fullyLoadedPerMTok' | 'avoidedFullyLoadedMicrodollars' | 'nodes' | 'breakEven'
>;

const NOTHING_OF_MACHINES: Whole = {
  fullyLoadedPerMTok: null,
  avoidedFullyLoadedMicrodollars: null,
  nodes: null,
  breakEven: null,
};

function wholeOf(input: ReportInput, sums: UsageSums, { prices, nodes }: Machines): Whole {
  // What is still to come has cost nothing yet.
  const endMs = Math.min(input.toMs, input.nowMs);
  const rangeMs = Math.max(0, endMs - input.fromMs);
  const costs = nodes.map(({ nodeId, nodeName, devices }) => {
    const usage = input.usage.filter((row) => row.nodeId === nodeId);
    const spans = prices.within(nodeId, input.fromMs, endMs).map(({ price, fromMs, toMs }) => {
      const used = addUp(usage.filter(({ priceId }) => priceId === price.id));
      return { fromMs, cost: spanCost({ rates: price, fromMs, toMs, used }, devices) };
    });
    return { nodeId, nodeName, devices, spans, busyMs: addUp(usage).deviceMs };
  });
  const views = costs.map(({ spans, devices, busyMs, ...node }): NodeCost => {
    const cost = totalOf(spans.map((span) => span.cost));
    return {
      ...node,
      priced: spans.length > 0,
      utilisation: shareOf(busyMs, devices * rangeMs),
      totalMicrodollars: cost.usedMicrodollars + cost.idleMicrodollars,
      usedMicrodollars: cost.usedMicrodollars,
      idleMicrodollars: cost.idleMicrodollars,
      energyMicrodollars: cost.energyMicrodollars,
    };
  });
  const idle = views.reduce((sum, { idleMicrodollars }) => sum + idleMicrodollars, 0);
  const onPriced = addUp(input.usage.filter(({ priceId }) => priceId !== null));

  const priced = costs.filter(({ spans }) => spans.length > 0);
  const spans = priced.flatMap((node) => node.spans);
  const firstMs = Math.min(endMs, ...spans.map(({ fromMs }) => fromMs));
  const cost = totalOf(spans.map((span) => span.cost));
  const deviceMs = priced.reduce((sum, { devices }) => sum + devices * (endMs - firstMs), 0);
  return {
    fullyLoadedPerMTok: perMTok(sums.localMicrodollars + idle, tokensOf(sums)),
    avoidedFullyLoadedMicrodollars: onPriced.avoidedMicrodollars - idle,
    nodes: views,
    breakEven: breakEven({
      ms: endMs - firstMs,
      hardware: priced.flatMap(
        ({ nodeId }) => prices.at(nodeId, new Date(input.nowMs))?.hardware ?? [],
      ),
      cloudMicrodollars: onPriced.cloudMicrodollars,
      tokens: tokensOf(onPriced),
      energyMicrodollars: cost.energyMicrodollars,
      idleEnergyMicrodollars: cost.idleEnergyMicrodollars,
      rentMicrodollars: cost.rentMicrodollars,
      utilisation: shareOf(onPriced.deviceMs, deviceMs),
    }),
  };
}

function totalOf(costs: readonly SpanCost[]): SpanCost {
  const total = {
    usedMicrodollars: 0,
    idleMicrodollars: 0,
    energyMicrodollars: 0,
    rentMicrodollars: 0,
    idleEnergyMicrodollars: 0,
  };
  const fields = Object.keys(total) as (keyof SpanCost)[];
  for (const cost of costs) for (const field of fields) total[field] += cost[field];
  return total;
}

/** Null: there were no tokens. */
function perMTok(microdollars: number, tokens: number): number | null {
  if (tokens === 0) return null;
  return roundHalfUp(fraction(BigInt(microdollars) * 1_000_000n, tokens));
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}

/** Policies side by side on the same requests, the same queue and the same workers. */
import { quantile } from '../load.mjs';
import { simulate } from './cluster.mjs';
import { POLICIES } from './policies.mjs';
import { replayed } from './requests.mjs';

/** After the last arrival, for the last answers. */
const TAIL_MS = 150_000;

/**
 * @param {object[]} requests as of `replayed` or `arrivalsOf`; not changed
 * @param {string} name `ours`, or one of POLICIES
 * @returns means and 99th percentiles in milliseconds; `hit` is the share of prompt tokens found in
 *   a cache; `balance` is the busiest worker's load over the mean; `shed` the share refused
 */
export function runPolicy(requests, name, { workers, slots, cacheBlocks, limits }) {
  const own = requests.map((request) => ({ ...request }));
  const durationMs = own.at(-1).atMs + TAIL_MS;
  const world = { workers, slots, cacheBlocks, limits, durationMs, windowMs: durationMs };
  const policy = POLICIES[name]?.();
  const { workers: after } = simulate(own, { ...world, fair: false, policy });
  const ttfts = own
    .filter(({ firstTokenAtMs }) => firstTokenAtMs != null)
    .map(({ atMs, firstTokenAtMs }) => firstTokenAtMs - atMs)
    .sort((a, b) => a - b);
  const busy = after.map(({ busyMs }) => busyMs);
  const cached = sum(after.map(({ cachedTokens }) => cachedTokens));
  const computed = sum(after.map(({ prefilledTokens }) => prefilledTokens));
  return {
    meanMs: sum(ttfts) / ttfts.length,
    p99Ms: quantile(ttfts, 0.99),
    hit: cached / Math.max(1, cached + computed),
    balance: (Math.max(...busy) * busy.length) / sum(busy),
    shed: own.filter(({ refused }) => refused).length / own.length,
  };
}

/** The most requests per second, within 3 %, of which this scheduler refuses none. */
export function capacityOf(trace, world) {
  let perSecond = trace.length / (trace.at(-1).atMs / 1_000) / 4;
  for (;;) {
    const next = perSecond * 1.03;
    if (runPolicy(replayed(trace, next), 'ours', world).shed > 0) return perSecond;
    perSecond = next;
  }
}

function sum(amounts) {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** Policies side by side on the same requests, the same queue and the same workers. */
import { quantile } from '../load.mjs';
import { simulate } from './cluster.mjs';
import { POLICIES } from './policies.mjs';

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
  const ended = own.filter(({ endedAtMs }) => endedAtMs != null);
  const lastMs = ended.reduce((last, { endedAtMs }) => Math.max(last, endedAtMs), 0);
  const busy = after.map(({ busyMs }) => busyMs);
  const cached = sum(after.map(({ cachedTokens }) => cachedTokens));
  const computed = sum(after.map(({ prefilledTokens }) => prefilledTokens));
  return {
    meanMs: sum(ttfts) / ttfts.length,
    p99Ms: quantile(ttfts, 0.99),
    hit: cached / Math.max(1, cached + computed),
    balance: (Math.max(...busy) * busy.length) / sum(busy),
    shed: own.filter(({ refused }) => refused).length / own.length,
    perSecond: (ended.length / lastMs) * 1_000,
  };
}

/** Requests per second that are served when far more come, with nothing refused. */
export function capacityOf(requests, world) {
  const limits = { queueLength: 1e9, queueWaitMs: 1e9, loadWaitMs: 1e9, lostAttempts: 3 };
  const lastMs = requests.at(-1).atMs;
  const rushed = requests.map((request) => ({ ...request, atMs: request.atMs / 20 }));
  const patient = [...rushed, { ...rushed.at(-1), id: 'last', atMs: 3 * lastMs, hashes: [] }];
  const { endedPerSecond } = served(patient, { ...world, limits });
  return endedPerSecond;
}

/** The one that comes last only keeps time going, and is not counted. */
function served(requests, { workers, slots, cacheBlocks, limits }) {
  const durationMs = requests.at(-1).atMs;
  const world = { workers, slots, cacheBlocks, limits, durationMs, windowMs: durationMs };
  simulate(requests, { ...world, fair: false });
  const ended = requests.filter(({ endedAtMs }) => endedAtMs != null);
  const lastMs = ended.reduce((last, { endedAtMs }) => Math.max(last, endedAtMs), 0);
  return { endedPerSecond: (ended.length / lastMs) * 1_000 };
}

function sum(amounts) {
  return amounts.reduce((total, amount) => total + amount, 0);
}

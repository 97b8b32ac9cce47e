/**
 * Other ways to choose a replica, for comparison: they drive the same pure core. Each sends to
 * whoever has a free slot, out of our queue, but for the one that names what its workers accept; how
 * much prefill waits there is nothing that they look at.
 */
import { hasFreeSlot } from '../../apps/controller/dist/scheduling/replicas/replica-load.pure.js';

const NO_COST = {
  heldBlocks: 0,
  cachedTokens: 0,
  prefillMs: 0,
  backlogMs: 0,
  decodeMs: 0,
  totalMs: 0,
};

/** A policy object of `choose(free, wish, match)`, where `free` is not empty. */
function policy(choose, more = {}) {
  return {
    ...more,
    choose(pool, wish) {
      const free = [...pool.all].filter(hasFreeSlot);
      if (free.length === 0) return null;
      const match = pool.index.match(wish.hashes);
      const held = new Map(free.map((entry) => [entry, match.blocksHeldBy(entry)]));
      const target = choose(free, wish, (entry) => held.get(entry), [...pool.all]);
      const heldBlocks = held.get(target);
      const cachedTokens = Math.min(wish.promptTokens, heldBlocks * wish.blockTokens);
      return { target, cost: { ...NO_COST, heldBlocks, cachedTokens } };
    },
  };
}

function least(entries, ...measures) {
  return entries.reduce((best, entry) => {
    for (const measure of measures) {
      const difference = measure(entry) - measure(best);
      if (difference !== 0) return difference < 0 ? entry : best;
    }
    return best;
  });
}

const loadOf = ({ load }) => load;

/**
 * SGLang's cache-aware routing: balance when the loads are too far apart, else the longest match
 * when that is above 0.3 of the prompt, else the worker whose tree is smallest. Thresholds are the
 * defaults of its router (sgl-project/sglang, sgl-router: router_args.py, policies/cache_aware.rs).
 *
 * @param tree what the router believes: `longest(free, wish, held)` gives who has the longest match
 *   and its blocks, `sizeOf(entry)` what a tree holds, `sent(entry, wish, held)` adds to it
 */
function thresholds(tree) {
  return (free, wish, held, all) => {
    const loads = all.map(loadOf);
    const most = Math.max(...loads);
    const fewest = Math.min(...loads);
    const { entry: longest, blocks } = tree.longest(free, wish, held);
    let target = least(free, tree.sizeOf);
    if (most - fewest > 64 && most > 1.5 * fewest) target = least(free, loadOf);
    else if (blocks * wish.blockTokens > 0.3 * wish.promptTokens) target = longest;
    tree.sent(target, wish, held);
    return target;
  };
}

/**
 * As SGLang's router keeps it: what it has sent, by worker. Nobody tells it what caches give up, and
 * its own limit of 2^26 characters a worker is reached by none of our traces.
 */
function treeOfWhatWasSent() {
  const holders = new Map();
  const sizes = new Map();
  return {
    longest(_free, { hashes }) {
      const end = hashes.findIndex((hash) => !holders.has(hash));
      const blocks = end < 0 ? hashes.length : end;
      // Its map names any worker of the deepest node; here the one that was sent it first.
      const [entry] = holders.get(hashes[blocks - 1]) ?? [];
      return { entry, blocks };
    },
    sizeOf: (entry) => sizes.get(entry) ?? 0,
    sent(entry, { hashes }) {
      const fresh = hashes.filter((hash) => holders.get(hash)?.has(entry) !== true);
      for (const hash of fresh) holders.set(hash, (holders.get(hash) ?? new Set()).add(entry));
      sizes.set(entry, this.sizeOf(entry) + fresh.length);
    },
  };
}

/** Better than SGLang's: told what caches hold, as our scheduler is, and how much was computed. */
function treeOfReports() {
  const computed = new Map();
  return {
    longest(free, _wish, held) {
      const entry = least(free, (one) => -held(one), loadOf);
      return { entry, blocks: held(entry) };
    },
    sizeOf: (entry) => computed.get(entry) ?? 0,
    sent(entry, { promptTokens, blockTokens }, held) {
      const fresh = promptTokens - held(entry) * blockTokens;
      computed.set(entry, this.sizeOf(entry) + fresh);
    },
  };
}

/** They send at once; what finds no slot waits at its worker. */
const AT_ONCE = { accepts: 1_000_000 };

/** A fresh one for each run: some remember what they did. */
export const POLICIES = {
  'round-robin': () => {
    let turn = 0;
    return policy((free, _wish, _held, all) => {
      for (;;) {
        const next = all[turn % all.length];
        turn += 1;
        if (free.includes(next)) return next;
      }
    });
  },
  'least-load': () => policy((free) => least(free, loadOf)),
  sglang: () => policy(thresholds(treeOfWhatWasSent()), { worker: AT_ONCE }),
  /** With its engine's default order, too: first come, first served. */
  'sglang, its order': () =>
    policy(thresholds(treeOfWhatWasSent()), { worker: { ...AT_ONCE, inOrder: true } }),
  'sglang, our reports': () => policy(thresholds(treeOfReports()), { worker: AT_ONCE }),
  'prefix only': () => policy((free, _wish, held) => least(free, (entry) => -held(entry), loadOf)),
};

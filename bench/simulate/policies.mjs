/**
 * Other ways to choose a replica, for comparison: they drive the same pure core. Each sends to
 * whoever has a free slot, out of our queue, but for the one that names what its workers accept; how
 * much prefill waits there is nothing that they look at.
 */
import { hasFreeSlot } from '../../apps/controller/dist/scheduling/replica-load.js';

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
 * when that is above 0.3 of the prompt, else the worker whose tree is smallest. Thresholds are its
 * defaults (docs of sgl-project's router, `cache_aware`: 0.3, 64, 1.5).
 */
function sglangsRule() {
  const sent = new Map();
  return (free, wish, held, all) => {
    const loads = all.map(loadOf);
    const most = Math.max(...loads);
    const fewest = Math.min(...loads);
    let target = least(free, (entry) => sent.get(entry) ?? 0, loadOf);
    const longest = least(free, (entry) => -held(entry), loadOf);
    if (most - fewest > 64 && most > 1.5 * fewest) target = least(free, loadOf);
    else if (held(longest) * wish.blockTokens > 0.3 * wish.promptTokens) target = longest;
    const fresh = wish.promptTokens - held(target) * wish.blockTokens;
    sent.set(target, (sent.get(target) ?? 0) + fresh);
    return target;
  };
}

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
  /** As SGLang does: at once; what has no slot waits at its worker, first come, first served. */
  sglang: () => policy(sglangsRule(), { worker: { accepts: 1_000_000, inOrder: true } }),
  /** Its router, with workers that compute prompts in our engine's order. */
  'sglang, our engine': () => policy(sglangsRule(), { worker: { accepts: 1_000_000 } }),
  /** The same at the end of our queue, which it has not: its threshold is then never met. */
  'sglang, our queue': () => policy(sglangsRule()),
  'prefix only': () => policy((free, _wish, held) => least(free, (entry) => -held(entry), loadOf)),
};

/**
 * Whom a tenant's turn serves: of its first few, the one whose prompt takes least to compute, after
 * what some cache holds of it. A long prompt keeps all behind it waiting and loses little by waiting
 * itself; each millisecond that it has waited counts for it, so it is overtaken by few. This is the
 * longest-prefix-match of DLPM (Cao et al., "Locality-aware Fair Scheduling in LLM Serving",
 * arXiv 2501.14312) inside of a tenant's turn; between tenants, the turn alone decides. Pure.
 */

/** So many of a line are looked at: each costs the look-up of its blocks. */
export const LOOKED_AT = 8;
/** Milliseconds of prefill that a millisecond of waiting outweighs. */
const PATIENCE = 0.2;

interface InTurn {
  submittedAtMs: number;
}

/**
 * @param line not empty, first come first; among equals the first is taken
 * @param prefillMsOf what is left to compute
 */
export function shortestFirst<E extends InTurn>(
  line: readonly [E, ...E[]],
  prefillMsOf: (entry: E) => number,
  nowMs: number,
): E {
  const [first] = line;
  if (line.length === 1) return first;
  let best = first;
  let least = Infinity;
  for (const entry of line) {
    const score = prefillMsOf(entry) - PATIENCE * (nowMs - entry.submittedAtMs);
    if (score < least) [best, least] = [entry, score];
  }
  return best;
}

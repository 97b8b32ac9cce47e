/** When a new revision is so much worse than the old that it must not stay. Pure. */
import type { RolloutStrategy } from '@corral/contracts/http';
import type { LoadFailures, RevisionTraffic } from './rollout-state.pure.js';

type Gates = RolloutStrategy['gates'];

/** Why it is worse, in figures; null: it is not, or has served too little to say. */
export function worseTraffic(
  { from, to }: { from: RevisionTraffic; to: RevisionTraffic },
  gates: Gates,
): string | null {
  if (to.requests < gates.minRequests) return null;
  const oldShare = from.requests === 0 ? 0 : from.failed / from.requests;
  const newShare = to.failed / to.requests;
  if (newShare > oldShare + gates.errorRateMargin) {
    return (
      `${percent(newShare)} of its requests failed (${to.failed} of ${to.requests}), ` +
      `${percent(oldShare)} of the old revision's; ` +
      `up to ${percent(gates.errorRateMargin)} more are allowed`
    );
  }
  if (from.requests < gates.minRequests || from.ttftP95Ms === null || to.ttftP95Ms === null) {
    return null;
  }
  // Of a first token that comes at once, any other time is many times as much.
  const limitMs = Math.max(from.ttftP95Ms, FLOOR_MS) * gates.ttftRatio;
  if (to.ttftP95Ms <= limitMs) return null;
  return (
    `95 % of its first tokens took up to ${Math.round(to.ttftP95Ms)} ms, ` +
    `the old revision's up to ${Math.round(from.ttftP95Ms)} ms; ` +
    `${Math.round(limitMs)} ms are allowed`
  );
}

/** Why it cannot be loaded; null: it can, or may yet. */
export function cannotLoad(
  { count, reason, isFinal }: LoadFailures,
  { maxLoadFailures }: Gates,
): string | null {
  if (!isFinal && count <= maxLoadFailures) return null;
  const times = count === 1 ? 'once' : `${count} times`;
  return `it failed to load (${times}): ${reason ?? 'no reason was given'}`;
}

/** Times to first token below this are all the same to a reader, milliseconds. */
const FLOOR_MS = 50;

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** What is left of limits per minute. Pure. */
import type { RateLimit } from '../common/rate-limit.pure.js';
import type { SliceAccount } from './leases/slice-account.pure.js';

/** The tightest limit of requests and that of tokens; empty where neither is limited by the minute. */
export function rateLimitsOf(accounts: Iterable<SliceAccount>, now: Date): RateLimit[] {
  const all = [...accounts].filter(({ counter }) => counter.window === 'minute');
  return (['requests', 'tokens'] as const).flatMap((metric) => {
    const [tightest] = all
      .filter(({ counter }) => counter.metric === metric)
      .sort((a, b) => remaining(a) - remaining(b));
    if (tightest === undefined) return [];
    const { limit, resetsAt } = tightest.counter;
    const resetInMs = Math.max(0, (resetsAt ?? now).getTime() - now.getTime());
    return { metric, limit, remaining: remaining(tightest), resetInMs };
  });
}

/** What this controller knows to be left: its slice, and what nobody held when it last asked. */
function remaining(account: SliceAccount): number {
  return account.available + (account.lastFree ?? 0);
}

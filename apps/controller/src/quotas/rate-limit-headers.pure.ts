/** The `x-ratelimit-*` headers of OpenAI's API, from the limits per minute that hold. Pure. */
import type { SliceAccount } from './leases/slice-account.pure.js';

/** Empty where neither requests nor tokens per minute are limited. */
export function rateLimitHeaders(
  accounts: Iterable<SliceAccount>,
  now: Date,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const all = [...accounts].filter(({ counter }) => counter.window === 'minute');
  for (const metric of ['requests', 'tokens'] as const) {
    const [tightest] = all
      .filter(({ counter }) => counter.metric === metric)
      .sort((a, b) => remaining(a) - remaining(b));
    if (tightest === undefined) continue;
    const { limit, resetsAt } = tightest.counter;
    headers[`x-ratelimit-limit-${metric}`] = String(limit);
    headers[`x-ratelimit-remaining-${metric}`] = String(remaining(tightest));
    headers[`x-ratelimit-reset-${metric}`] = duration(
      Math.max(0, (resetsAt ?? now).getTime() - now.getTime()),
    );
  }
  return headers;
}

/** What this controller knows to be left: its slice, and what nobody held when it last asked. */
function remaining(account: SliceAccount): number {
  return account.available + (account.lastFree ?? 0);
}

/** `1s`, `6m0s`: whole seconds, as OpenAI writes them. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

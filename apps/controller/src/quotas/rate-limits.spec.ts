import { NO_LIMITS, type Limits } from '@corral/contracts/http';
import { countersOf } from './quota-counters.pure.js';
import { rateLimitsOf } from './rate-limits.pure.js';
import { SliceAccount } from './leases/slice-account.pure.js';

const AT = new Date('2026-11-24T22:07:18Z');

/** Accounts of a subject's limits, each with so much at hand and free. */
function accounts(id: string, limits: Partial<Limits>, atHand: number, free: number) {
  return countersOf({ kind: 'key', id }, { ...NO_LIMITS, ...limits }, AT).map((counter) => {
    const account = new SliceAccount(counter, 0);
    account.grant(atHand, free, 0);
    return account;
  });
}

describe('rate limits', () => {
  it('are none without limits per minute', () => {
    expect(rateLimitsOf(accounts('a', { tokensPerDay: 5 }, 1, 1), AT)).toEqual([]);
  });

  it('tell the limit, what is left of it here and anywhere, and when it resets', () => {
    expect(rateLimitsOf(accounts('a', { requestsPerMinute: 60 }, 3, 40), AT)).toEqual([
      { metric: 'requests', limit: 60, remaining: 43, resetInMs: 42_000 },
    ]);
  });

  it('tell the limit of several that is nearest', () => {
    const wide = accounts('a', { tokensPerMinute: 1_000 }, 0, 900);
    const narrow = accounts('b', { tokensPerMinute: 5_000 }, 10, 20);
    expect(rateLimitsOf([...wide, ...narrow], AT)).toMatchObject([
      { metric: 'tokens', limit: 5_000, remaining: 30 },
    ]);
  });
});

import { NO_LIMITS, type Limits } from '@corral/contracts/http';
import { countersOf } from './quota-counters.pure.js';
import { rateLimitHeaders } from './rate-limit-headers.pure.js';
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

describe('rate-limit headers', () => {
  it('are none without limits per minute', () => {
    expect(rateLimitHeaders(accounts('a', { tokensPerDay: 5 }, 1, 1), AT)).toEqual({});
  });

  it('tell the limit, what is left of it here and anywhere, and when it resets', () => {
    expect(rateLimitHeaders(accounts('a', { requestsPerMinute: 60 }, 3, 40), AT)).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '43',
      'x-ratelimit-reset-requests': '42s',
    });
  });

  it('tell the limit of several that is nearest', () => {
    const wide = accounts('a', { tokensPerMinute: 1_000 }, 0, 900);
    const narrow = accounts('b', { tokensPerMinute: 5_000 }, 10, 20);
    expect(rateLimitHeaders([...wide, ...narrow], AT)).toMatchObject({
      'x-ratelimit-limit-tokens': '5000',
      'x-ratelimit-remaining-tokens': '30',
    });
  });
});

import { NO_LIMITS, type Limits } from '@corral/contracts/http';
import { countersOf } from './quota-counters.pure.js';
import { refusalOf } from './refusal.pure.js';

const AT = new Date('2026-11-24T22:07:48Z');

function refusalFor(limits: Partial<Limits>) {
  const [counter] = countersOf({ kind: 'team', id: 't' }, { ...NO_LIMITS, ...limits }, AT);
  if (counter === undefined) throw new Error('nothing is limited');
  return refusalOf(counter, AT);
}

describe('the words of a limit that is reached', () => {
  it('name whose it is and when the minute is over', () => {
    expect(refusalFor({ requestsPerMinute: 10 })).toEqual({
      failure: {
        code: 'rate_limit_exceeded',
        message: 'The limit of 10 requests per minute of your team is reached. It resets in 12 s.',
      },
      retryAfterMs: 12_000,
    });
  });

  it('say that a place may become free any moment', () => {
    expect(refusalFor({ concurrentRequests: 4 })).toMatchObject({
      failure: {
        code: 'rate_limit_exceeded',
        message: expect.stringContaining('at the same time'),
      },
      retryAfterMs: 1_000,
    });
  });

  it('do not let anybody wait for a budget', () => {
    const { failure, retryAfterMs } = refusalFor({ microdollarsPerMonth: 50_000_000 });
    expect(failure.code).toBe('insufficient_quota');
    expect(failure.message).toContain('50.00 dollars per month of your team is used up');
    expect(failure.message).toContain('resets at 2026-12-01T00:00:00.000Z');
    expect(retryAfterMs).toBeNull();
  });
});

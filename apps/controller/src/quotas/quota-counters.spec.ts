import { NO_LIMITS } from '@corral/contracts/http';
import { countersOf, windowAt } from './quota-counters.pure.js';

const AT = new Date('2026-11-26T22:07:31.250Z');

describe('the counters of a limit', () => {
  const team = { kind: 'team' as const, id: 't1' };

  it('are none where nothing is limited', () => {
    expect(countersOf(team, NO_LIMITS, AT)).toEqual([]);
  });

  it('are named by subject, metric, window and the start of the window', () => {
    const limits = { ...NO_LIMITS, requestsPerMinute: 5, tokensPerDay: 0, concurrentRequests: 2 };
    expect(countersOf(team, limits, AT).map(({ id, limit }) => [id, limit])).toEqual([
      ['team/t1/concurrent_requests/now/-', 2],
      ['team/t1/requests/minute/2026-11-26T22:07', 5],
      ['team/t1/tokens/day/2026-11-26', 0],
    ]);
  });

  it.each([
    ['minute', '2026-11-26T22:07:00Z', '2026-11-26T22:08:00Z'],
    ['day', '2026-11-26T00:00:00Z', '2026-11-27T00:00:00Z'],
    // A Thursday: its week began on Monday the 23rd.
    ['week', '2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['month', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'],
  ] as const)('have a %s that begins and ends in UTC', (window, start, end) => {
    expect(windowAt(window, AT)).toEqual({ start: new Date(start), end: new Date(end) });
  });

  it.each([
    ['week', '2026-11-29T23:59:59.999Z', '2026-11-23T00:00:00Z'],
    ['week', '2026-11-30T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00Z'],
    ['month', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z'],
  ] as const)('put the edge of a %s at %s into the window from %s', (window, at, start) => {
    expect(windowAt(window, new Date(at)).start).toEqual(new Date(start));
  });
});

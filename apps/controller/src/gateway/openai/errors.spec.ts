import { openAiErrors } from './errors.pure.js';

describe('limits as OpenAI tells them', () => {
  it('are no headers when nothing is limited by the minute', () => {
    expect(openAiErrors.limitHeaders([])).toEqual({});
  });

  it('are the limit, what is left of it, and whole minutes and seconds until it resets', () => {
    const limits = [
      { metric: 'requests' as const, limit: 60, remaining: 43, resetInMs: 41_500 },
      { metric: 'tokens' as const, limit: 5_000, remaining: 30, resetInMs: 60_000 },
    ];
    expect(openAiErrors.limitHeaders(limits)).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '43',
      'x-ratelimit-reset-requests': '42s',
      'x-ratelimit-limit-tokens': '5000',
      'x-ratelimit-remaining-tokens': '30',
      'x-ratelimit-reset-tokens': '1m0s',
    });
  });
});

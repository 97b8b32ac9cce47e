import { DrivenClock } from '../../testing/driven-clock.js';
import { RequestRates } from './request-rates.js';

describe('the rates', () => {
  const NOTHING = { requestsPerSecond: 0, tokensPerSecond: 0, ttftP50Ms: null };
  let clock: DrivenClock;
  let rates: RequestRates;

  beforeEach(() => {
    clock = new DrivenClock();
    rates = new RequestRates(clock);
  });

  it('are nought before anything happened', () => {
    expect(rates.now()).toEqual(NOTHING);
  });

  it('are those of the last ten seconds', () => {
    rates.ended({ completionTokens: 30, ttftMs: null });
    clock.advance(6_000);
    rates.ended({ completionTokens: 20, ttftMs: null });
    expect(rates.now()).toMatchObject({ requestsPerSecond: 0.2, tokensPerSecond: 5 });
    clock.advance(4_001);
    expect(rates.now()).toMatchObject({ requestsPerSecond: 0.1, tokensPerSecond: 2 });
    clock.advance(6_000);
    expect(rates.now()).toEqual(NOTHING);
  });

  it('have a median of the waits that came to a token, of the last hundred of them', () => {
    for (let waited = 0; waited < 100; waited += 1) {
      rates.ended({ completionTokens: 1, ttftMs: 1_000 });
      rates.ended({ completionTokens: 0, ttftMs: null });
    }
    expect(rates.now().ttftP50Ms).toBe(1_000);
    for (let waited = 0; waited < 51; waited += 1) rates.ended({ completionTokens: 1, ttftMs: 5 });
    expect(rates.now().ttftP50Ms).toBe(5);
  });
});

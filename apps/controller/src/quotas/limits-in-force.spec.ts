import { NO_LIMITS } from '@corral/contracts/http';
import { limitsInForce } from './limits-in-force.pure.js';

describe('limits of several subjects together', () => {
  it('are none when nobody has any', () => {
    expect(limitsInForce([NO_LIMITS, NO_LIMITS])).toEqual({
      allowedModels: null,
      maxContextTokens: null,
      maxOutputTokens: null,
      priority: 'interactive',
    });
  });

  it('are the tightest of each', () => {
    const team = { ...NO_LIMITS, maxContextTokens: 8_000, priority: 'agent' as const };
    const key = { ...NO_LIMITS, maxContextTokens: 4_000, maxOutputTokens: 100 };
    expect(limitsInForce([team, key])).toMatchObject({
      maxContextTokens: 4_000,
      maxOutputTokens: 100,
      priority: 'agent',
    });
  });

  it('allow the models that everybody allows', () => {
    const chain = [['a', 'b'], null, ['b', 'c']].map((allowedModels) => ({
      ...NO_LIMITS,
      allowedModels,
    }));
    expect(limitsInForce(chain).allowedModels).toEqual(new Set(['b']));
  });
});

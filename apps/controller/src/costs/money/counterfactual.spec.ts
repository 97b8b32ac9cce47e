import { counterfactual } from './counterfactual.pure.js';

describe('the counterfactual', () => {
  const rates = { inputPerMTok: 150_000, cachedInputPerMTok: 15_000, outputPerMTok: 600_000 };

  it('charges cached input at the cached rate', () => {
    const tokens = { promptTokens: 10_000, cachedTokens: 8_000, completionTokens: 500 };
    expect(counterfactual(rates, tokens)).toBe(300 + 120 + 300);
  });

  it('charges cached input like any where the cloud has no rate for it', () => {
    const tokens = { promptTokens: 10_000, cachedTokens: 8_000, completionTokens: 0 };
    expect(counterfactual({ ...rates, cachedInputPerMTok: null }, tokens)).toBe(1_500);
  });

  it('rounds half up once', () => {
    const cents = { inputPerMTok: 250_000, cachedInputPerMTok: null, outputPerMTok: 250_000 };
    const tokens = { promptTokens: 1, cachedTokens: 0, completionTokens: 1 };
    expect(counterfactual(cents, tokens)).toBe(1);
    expect(counterfactual(cents, { ...tokens, completionTokens: 0 })).toBe(0);
  });
});

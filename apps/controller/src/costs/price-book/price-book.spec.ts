import { findComparable } from './comparable.pure.js';
import { listPrices } from './price-book.js';

describe('the price book', () => {
  const prices = listPrices();

  it('has every price once, with its source and a day', () => {
    const keys = prices.map(({ provider, model, validFrom }) =>
      [provider, model, +validFrom].join(),
    );
    expect(new Set(keys).size).toBe(prices.length);
    for (const { source } of prices) expect(source).toMatch(/20\d\d-\d\d-\d\d|commit|\.com/);
  });

  it('never charges more for cached input than for any, nor for input than for output', () => {
    for (const { inputPerMTok, cachedInputPerMTok, outputPerMTok } of prices) {
      expect(cachedInputPerMTok ?? 0).toBeLessThanOrEqual(inputPerMTok);
      expect(inputPerMTok).toBeLessThanOrEqual(outputPerMTok);
    }
  });

  it.each([
    ['Meta Llama 3.1 8B Instruct', 'llama', 8.03, 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo'],
    ['Qwen3 32B', 'qwen3', 32.8, 'Qwen/Qwen3-32B'],
    ['Qwen3.6 35B A3B', 'qwen35moe', 34.7, 'Qwen/Qwen3.6-35B-A3B'],
    ['Gpt-Oss-20B', 'gpt-oss', 20.9, 'openai/gpt-oss-20b'],
    ['Llama 3.3 70B Instruct', 'llama', 70.6, 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
  ])('compares %s with its cheapest host', (name, architecture, billions, model) => {
    const facts = { name, architecture, parameters: billions * 1e9 };
    const found = findComparable({ fileName: 'model.gguf', facts }, prices);
    expect(found).toMatchObject({ found: true, price: { provider: 'deepinfra', model } });
  });
});

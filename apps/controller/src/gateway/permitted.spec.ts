import { GREEDY_SAMPLING, type GenerationRequest } from '@corral/contracts';
import type { LimitsInForce } from '../quotas/limits-in-force.pure.js';
import { permitted } from './permitted.pure.js';

const FREE: LimitsInForce = {
  allowedModels: null,
  maxContextTokens: null,
  maxOutputTokens: null,
  priority: 'interactive',
};

function request(maxTokens: number | null): GenerationRequest {
  return {
    prompt: { kind: 'text', text: 'x' },
    sampling: GREEDY_SAMPLING,
    stop: [],
    maxTokens,
    topLogprobs: null,
    cacheScope: 'default',
    acceptedTokens: [],
  };
}

describe('a request', () => {
  it('is left as it is where nothing limits its length', () => {
    const requests = [request(null), request(1_000_000)];
    expect(permitted(requests, FREE)).toEqual({ ok: true, requests });
  });

  it('is refused when one of its answers may not be so long', () => {
    const outcome = permitted([request(100), request(101)], { ...FREE, maxOutputTokens: 100 });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: 'invalid_value', path: ['maxTokens'] },
    });
    expect(!outcome.ok && outcome.failure.message).toMatch('101 is more than the 100 tokens');
  });

  it('may be as long as the key may have, where it says nothing', () => {
    const outcome = permitted([request(null), request(7)], { ...FREE, maxOutputTokens: 100 });
    expect(outcome).toEqual({ ok: true, requests: [request(100), request(7)] });
  });

  it('takes the limit of prompt and answer together to the engine, which counts them', () => {
    const outcome = permitted([request(null)], { ...FREE, maxContextTokens: 4_096 });
    expect(outcome).toEqual({
      ok: true,
      requests: [{ ...request(null), maxContextTokens: 4_096 }],
    });
  });
});

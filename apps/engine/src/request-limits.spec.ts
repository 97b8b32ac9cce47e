import { GREEDY_SAMPLING } from '@corral/contracts';
import { refuseRequest } from './request-limits.js';
import { requestOf } from './testing/requests.js';

const LIMITS = { contextTokens: 100, vocabularySize: 50 };

describe('refuseRequest', () => {
  it('lets prompt and max_tokens fill the context exactly', () => {
    expect(refuseRequest(requestOf({ maxTokens: 60 }), 40, LIMITS)).toBeNull();
  });

  it('names the figures when they exceed it', () => {
    const failure = refuseRequest(requestOf({ maxTokens: 61 }), 40, LIMITS);
    expect(failure?.code).toBe('context_length_exceeded');
    expect(failure?.message).toMatch(/40 tokens.*max_tokens is 61.*101 in all.*holds 100/);
  });

  it('needs room for one token when max_tokens is open', () => {
    expect(refuseRequest(requestOf({ maxTokens: null }), 99, LIMITS)).toBeNull();
    expect(refuseRequest(requestOf({ maxTokens: null }), 100, LIMITS)?.code).toBe(
      'context_length_exceeded',
    );
  });

  it('refuses tokens that do not exist wherever they are given', () => {
    expect(refuseRequest(requestOf({ acceptedTokens: [50] }), 1, LIMITS)).toMatchObject({
      code: 'invalid_value',
      param: 'acceptedTokens',
    });
    const sampling = { ...GREEDY_SAMPLING, logitBias: [[99, 1]] as [number, number][] };
    expect(refuseRequest(requestOf({ sampling }), 1, LIMITS)).toMatchObject({
      code: 'invalid_value',
      param: 'logit_bias',
    });
  });
});

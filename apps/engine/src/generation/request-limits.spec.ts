import { GREEDY_SAMPLING } from '@corral/contracts';
import { refuseRequest } from './request-limits.pure.js';
import { requestOf } from '../testing/requests.js';

const LIMITS = { contextTokens: 100, vocabularySize: 50 };

describe('refuseRequest', () => {
  it('lets prompt and maxTokens fill the context exactly', () => {
    expect(refuseRequest(requestOf({ maxTokens: 60 }), 40, LIMITS)).toBeNull();
  });

  it('names the figures when they exceed it', () => {
    const failure = refuseRequest(requestOf({ maxTokens: 61 }), 40, LIMITS);
    expect(failure?.code).toBe('context_length_exceeded');
    expect(failure?.message).toMatch(/40 tokens.*\{maxTokens\} is 61.*101 in all.*holds 100/);
  });

  it('needs room for one token when maxTokens is open', () => {
    expect(refuseRequest(requestOf({ maxTokens: null }), 99, LIMITS)).toBeNull();
    expect(refuseRequest(requestOf({ maxTokens: null }), 100, LIMITS)?.code).toBe(
      'context_length_exceeded',
    );
  });

  it('counts what earlier attempts generated, and names what the client asked for', () => {
    const resumed = { acceptedTokens: [1, 2, 3], maxTokens: 57 };
    expect(refuseRequest(requestOf(resumed), 40, LIMITS)).toBeNull();
    expect(refuseRequest(requestOf(resumed), 41, LIMITS)?.message).toMatch(
      /\{maxTokens\} is 60: 101 in all/,
    );
  });

  it('holds a request to a smaller context of its own, and says that it is that', () => {
    const bound = { maxContextTokens: 50, maxTokens: 10 };
    expect(refuseRequest(requestOf(bound), 40, LIMITS)).toBeNull();
    expect(refuseRequest(requestOf(bound), 41, LIMITS)).toEqual({
      code: 'context_length_exceeded',
      message:
        'The prompt has 41 tokens and {maxTokens} is 10: 51 in all, ' +
        'but your limits allow a context of 50.',
    });
  });

  it('lets a larger context of its own give a request no more than the model has', () => {
    const generous = { maxContextTokens: 5_000, maxTokens: 61 };
    expect(refuseRequest(requestOf(generous), 40, LIMITS)?.message).toMatch(/this model holds 100/);
  });

  it('refuses tokens that do not exist wherever they are given', () => {
    expect(refuseRequest(requestOf({ acceptedTokens: [50] }), 1, LIMITS)).toMatchObject({
      code: 'invalid_value',
      path: ['acceptedTokens'],
    });
    const sampling = { ...GREEDY_SAMPLING, logitBias: [[99, 1]] as [number, number][] };
    expect(refuseRequest(requestOf({ sampling }), 1, LIMITS)).toMatchObject({
      code: 'invalid_value',
      path: ['sampling', 'logitBias'],
    });
  });
});

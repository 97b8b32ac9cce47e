/** A request with every field set, for tests to vary. */
import { GREEDY_SAMPLING, type GenerationRequest } from '@corral/contracts';

export function requestOf(overrides: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    prompt: { kind: 'text', text: 'once upon a time' },
    sampling: GREEDY_SAMPLING,
    stop: [],
    maxTokens: 16,
    topLogprobs: null,
    cacheScope: 'team-a',
    acceptedTokens: [],
    ...overrides,
  };
}

import { refusedStep } from './refused-step.pure.js';

const failure = { code: 'invalid_request', message: 'why' } as const;

describe('refusedStep', () => {
  it('begins where earlier attempts ended, and has used nothing', () => {
    const step = refusedStep({ key: 'k', acceptedTokens: 3, promptTokens: 7, failure });
    expect(step).toMatchObject({
      key: 'k',
      index: 3,
      tokens: [],
      prompt: { tokens: 7, cachedTokens: 0 },
      finish: { reason: 'error', failure, promptTokens: 7, completionTokens: 0 },
    });
  });

  it('says nothing of a prompt that was not rendered', () => {
    expect(refusedStep({ key: 'k', promptTokens: 0, failure })).not.toHaveProperty('prompt');
  });
});

import { GREEDY_SAMPLING, type GenerationRequest, type Prompt } from '@corral/contracts';
import { estimateTokens } from './token-estimate.pure.js';

const STEP = 256;

function request(prompt: Prompt, maxTokens: number | null = null): GenerationRequest {
  return {
    prompt,
    sampling: GREEDY_SAMPLING,
    stop: [],
    maxTokens,
    topLogprobs: null,
    cacheScope: 'default',
    acceptedTokens: [],
  };
}
const text = (characters: number): Prompt => ({ kind: 'text', text: 'x'.repeat(characters) });

describe('the estimate of a request', () => {
  it.each<[string, Prompt, number]>([
    ['a token for three characters of text, rounded up', text(31), 11],
    ['none for no text', text(0), 0],
    ['the tokens themselves where they are given', { kind: 'tokens', tokens: [5, 6, 7] }, 3],
    ['both sides of what is to be filled in', { kind: 'infill', prefix: 'xxxx', suffix: 'xx' }, 2],
    [
      'every message of a chat, and four tokens around each',
      {
        kind: 'chat',
        messages: [
          { role: 'system', content: 'xxx' },
          { role: 'user', content: 'x'.repeat(30) },
        ],
      },
      1 + 4 + 10 + 4,
    ],
  ])('has %s', (_name, prompt, promptTokens) => {
    expect(estimateTokens([request(prompt)], 1, STEP)).toMatchObject({ promptTokens });
  });

  it('has a step of each answer, or all of it where that is less', () => {
    const of = (...maxTokens: (number | null)[]) =>
      estimateTokens(
        maxTokens.map((most) => request(text(3), most)),
        maxTokens.length,
        STEP,
      ).outputTokens;
    expect([of(null), of(10), of(1_000), of(null, 10, 1_000)]).toEqual([256, 10, 256, 522]);
  });

  it('has a prompt once for all its choices', () => {
    const requests = [text(30), text(30), text(60), text(60)].map((prompt) => request(prompt, 1));
    expect(estimateTokens(requests, 2, STEP)).toEqual({ promptTokens: 30, outputTokens: 4 });
  });
});

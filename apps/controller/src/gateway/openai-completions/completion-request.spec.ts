import { completionSchema, toCompletionPlan } from './completion-request.js';

function plan(change: object) {
  const translation = toCompletionPlan(completionSchema.parse({ model: 'm', ...change }), 'team');
  if (!translation.ok) throw new Error(translation.failure.param ?? '');
  return translation.value;
}

describe('a completion request', () => {
  it('continues a text for 16 tokens unless told otherwise', () => {
    const { requests, echoes } = plan({ prompt: 'once' });
    expect(requests).toMatchObject([{ prompt: { kind: 'text', text: 'once' }, maxTokens: 16 }]);
    expect(echoes).toEqual(['']);
  });

  it('fills the middle when there is a suffix', () => {
    expect(plan({ prompt: 'a', suffix: 'c' }).requests[0]?.prompt).toEqual({
      kind: 'infill',
      prefix: 'a',
      suffix: 'c',
    });
  });

  it('takes tokens, and lists of either', () => {
    expect(plan({ prompt: [1, 2] }).requests.map(({ prompt }) => prompt)).toEqual([
      { kind: 'tokens', tokens: [1, 2] },
    ]);
    expect(plan({ prompt: ['a', 'b'] }).requests).toHaveLength(2);
    expect(plan({ prompt: [[1], [2, 3]] }).requests[1]?.prompt).toEqual({
      kind: 'tokens',
      tokens: [2, 3],
    });
  });

  it('orders choices by prompt, then by n', () => {
    const { requests, choicesPerPrompt } = plan({ prompt: ['a', 'b'], n: 2, seed: 0 });
    expect(choicesPerPrompt).toBe(2);
    expect(requests.map(({ prompt, sampling }) => [prompt, sampling.seed])).toEqual([
      [{ kind: 'text', text: 'a' }, 0],
      [{ kind: 'text', text: 'a' }, 1],
      [{ kind: 'text', text: 'b' }, 0],
      [{ kind: 'text', text: 'b' }, 1],
    ]);
  });

  it('echoes the prompt when asked to', () => {
    expect(plan({ prompt: ['a', 'b'], echo: true }).echoes).toEqual(['a', 'b']);
  });

  it.each([
    ['echo of tokens', { prompt: [1], echo: true }, 'echo'],
    ['echo with logprobs', { prompt: 'a', echo: true, logprobs: 1 }, 'echo'],
    ['best_of beyond n', { prompt: 'a', best_of: 2 }, 'best_of'],
    ['a suffix to tokens', { prompt: [1], suffix: 'b' }, 'suffix'],
    ['more than 64 choices', { prompt: Array(5).fill('a'), n: 16 }, 'prompt'],
  ])('refuses %s and names the parameter', (_what, change, param) => {
    expect(() => plan(change)).toThrow(param);
  });
});

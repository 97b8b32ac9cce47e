import { chatCompletionSchema, toGenerations } from './chat-request.js';

const MINIMAL = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };

function translate(change: object) {
  return toGenerations(chatCompletionSchema.parse({ ...MINIMAL, ...change }), 'team');
}

function generations(change: object) {
  const translation = translate(change);
  if (!translation.ok) throw new Error(translation.failure.message);
  return translation.value;
}

describe('a chat completion request', () => {
  it('becomes one generation with the defaults of this server', () => {
    expect(generations({})).toEqual([
      {
        prompt: { kind: 'chat', messages: [{ role: 'user', content: 'hi' }] },
        sampling: {
          temperature: 0.7,
          topP: 1,
          topK: 0,
          minP: 0.05,
          seed: null,
          repeatPenalty: 1,
          presencePenalty: 0,
          frequencyPenalty: 0,
          logitBias: [],
        },
        stop: [],
        maxTokens: null,
        topLogprobs: null,
        cacheScope: 'team',
        acceptedTokens: [],
      },
    ]);
  });

  it('joins text parts, and takes developer messages as system messages', () => {
    const [first] = generations({
      messages: [
        { role: 'developer', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      ],
    });
    expect(first?.prompt).toEqual({
      kind: 'chat',
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'ab' },
      ],
    });
  });

  it('asks for n answers with n different, repeatable seeds', () => {
    const seeds = generations({ n: 3, seed: 41 }).map(({ sampling }) => sampling.seed);
    expect(seeds).toEqual([41, 42, 43]);
  });

  it('folds a negative seed into 32 bits', () => {
    expect(generations({ seed: -1 })[0]?.sampling.seed).toBe(4_294_967_295);
  });

  it('prefers max_completion_tokens to its older name', () => {
    expect(generations({ max_tokens: 5, max_completion_tokens: 7 })[0]?.maxTokens).toBe(7);
  });

  it('takes one stop string as a list of one', () => {
    expect(generations({ stop: 'END' })[0]?.stop).toEqual(['END']);
  });

  it('turns logit_bias into pairs', () => {
    expect(generations({ logit_bias: { '5': -100 } })[0]?.sampling.logitBias).toEqual([[5, -100]]);
  });

  it.each([
    [{ type: 'text' }, undefined],
    [{ type: 'json_object' }, { kind: 'json_object' }],
    [
      { type: 'json_schema', json_schema: { name: 'n', strict: true, schema: { type: 'null' } } },
      { kind: 'json_schema', schema: { type: 'null' } },
    ],
  ])('translates response_format %j', (response_format, responseFormat) => {
    expect(generations({ response_format })[0]?.responseFormat).toEqual(responseFormat);
  });

  it('ignores fields it does not know', () => {
    expect(translate({ x_future: true }).ok).toBe(true);
  });

  it.each([
    ['tools', { tools: [{ type: 'function' }] }, 'tools'],
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      'messages[0].content[0]',
    ],
    ['a user message without content', { messages: [{ role: 'user' }] }, 'messages[0].content'],
    ['top_logprobs alone', { top_logprobs: 3 }, 'top_logprobs'],
  ])('refuses %s and names the parameter', (_what, change, param) => {
    const translation = translate(change);
    expect(translation.ok ? null : translation.failure.param).toBe(param);
  });

  it.each([
    ['no messages', { messages: [] }, 'messages'],
    [
      'a message of no known role',
      { messages: [{ role: 'robot', content: 'x' }] },
      'messages.0.role',
    ],
    [
      'a lone surrogate',
      { messages: [{ role: 'user', content: 'a\ud800' }] },
      'messages.0.content',
    ],
    ['n = 1e9', { n: 1e9 }, 'n'],
    ['max_tokens -1', { max_tokens: -1 }, 'max_tokens'],
    ['a temperature of 3', { temperature: 3 }, 'temperature'],
    ['a temperature in a string', { temperature: '1' }, 'temperature'],
    ['top_p 0', { top_p: 0 }, 'top_p'],
    ['five stop strings', { stop: ['1', '2', '3', '4', '5'] }, 'stop'],
    ['a seed with a fraction', { seed: 1.5 }, 'seed'],
    ['a logit bias of 101', { logit_bias: { '1': 101 } }, 'logit_bias.1'],
    ['an unknown format', { response_format: { type: 'xml' } }, 'response_format.type'],
    [
      'a format without its JSON schema',
      { response_format: { type: 'json_schema' } },
      'response_format.json_schema',
    ],
    [
      'a JSON schema without a name',
      { response_format: { type: 'json_schema', json_schema: { schema: {} } } },
      'response_format.json_schema.name',
    ],
    [
      'a JSON schema that is none',
      { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: [] } } },
      'response_format.json_schema.schema',
    ],
  ])('does not parse %s', (_what, change, path) => {
    const parsed = chatCompletionSchema.safeParse({ ...MINIMAL, ...change });
    expect(parsed.error?.issues[0]?.path.join('.')).toBe(path);
  });
});

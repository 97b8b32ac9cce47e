/** Public requests that a recording holds the answers of: each kind of parameter, stream and fault. */

export interface PublicRequest {
  /** Names its answer in the recording. */
  name: string;
  /** Default: POST. */
  method?: string;
  path: string;
  /** Which key asks; default: `free`, which nothing limits. */
  key?: 'free' | 'limited' | 'read-only' | 'short' | 'none' | 'wrong';
  headers?: Record<string, string>;
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
}

const CHAT = '/v1/chat/completions';
const TEXT = '/v1/completions';
const hi = [{ role: 'user', content: 'Say something.' }];

function chat(name: string, more: object, rest: Partial<PublicRequest> = {}): PublicRequest {
  const body = { model: 'recorded', messages: hi, max_tokens: 3, seed: 7, ...more };
  return { name: `chat, ${name}`, path: CHAT, body, ...rest };
}

function text(name: string, more: object, rest: Partial<PublicRequest> = {}): PublicRequest {
  const body = { model: 'recorded', prompt: 'Once', max_tokens: 3, seed: 7, ...more };
  return { name: `completion, ${name}`, path: TEXT, body, ...rest };
}

function get(name: string, path: string, rest: Partial<PublicRequest> = {}): PublicRequest {
  return { name, method: 'GET', path, ...rest };
}

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const withUsage = { stream: true, stream_options: { include_usage: true } };

const answered: PublicRequest[] = [
  chat('plain', {}),
  chat('stream', { stream: true }),
  chat('stream with usage', withUsage),
  chat('three choices', { n: 3 }),
  chat('three choices as a stream with usage', { n: 3, ...withUsage }),
  chat('a turn that the model ends', {
    messages: [{ role: 'user', content: '[[fake {"stopAfterTokens":2}]]' }],
  }),
  chat('a turn that the model ends, as a stream', {
    messages: [{ role: 'user', content: '[[fake {"stopAfterTokens":2}]]' }],
    stream: true,
  }),
  chat('max_completion_tokens', { max_tokens: null, max_completion_tokens: 2 }),
  chat('one stop string', { stop: 'x' }),
  chat('four stop strings', { stop: ['a', 'b', 'c', 'd'] }),
  chat('logprobs', { logprobs: true, top_logprobs: 2 }),
  chat('logprobs as a stream', { logprobs: true, stream: true }),
  chat('system and several turns', {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'One?' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: 'Three?' },
    ],
  }),
  chat('parts of text', {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ],
  }),
  chat('sampling parameters', {
    temperature: 0,
    top_p: 0.5,
    top_k: -1,
    min_p: 0.1,
    presence_penalty: 1,
    frequency_penalty: -1,
    repetition_penalty: 1.1,
    logit_bias: { '5': -100 },
    user: 'somebody',
  }),
  chat('response_format text', { response_format: { type: 'text' } }),
  chat('response_format json_object', { response_format: { type: 'json_object' } }),
  chat('response_format json_schema', {
    response_format: { type: 'json_schema', json_schema: { name: 'city', schema } },
  }),
  chat('an alias', { model: 'alias' }),
  chat('unknown parameters', { shiny: { a: 1 } }),
  text('plain', {}),
  text('stream', { stream: true }),
  text('stream with usage', withUsage),
  text('two choices', { n: 2 }),
  text('echo', { echo: true }),
  text('echo as a stream', { echo: true, stream: true }),
  text('two prompts', { prompt: ['One', 'Two'] }),
  text('two prompts, two choices, as a stream', { prompt: ['One', 'Two'], n: 2, ...withUsage }),
  text('tokens', { prompt: [65, 66, 67] }),
  text('lists of tokens', { prompt: [[65, 66], [67]] }),
  text('suffix', { suffix: 'end' }),
  text('logprobs', { logprobs: 2 }),
  text('logprobs as a stream', { logprobs: 1, stream: true }),
  text('the default length', { max_tokens: null }),
];

const refused: PublicRequest[] = [
  chat('no JSON', {}, { body: '{"model": ' }),
  chat('an empty body', {}, { body: '' }),
  chat('a body that is a list', {}, { body: [] }),
  chat('no model', { model: undefined }),
  chat('a model that is no text', { model: 5 }),
  chat('messages of the wrong type', { messages: 'hi' }),
  chat('a role that is unknown', { messages: [{ role: 'boss', content: 'x' }] }),
  chat('content of the wrong type', { messages: [{ role: 'user', content: 7 }] }),
  chat('a part of the wrong type', {
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }],
  }),
  chat('half of a surrogate pair', { messages: [{ role: 'user', content: '\ud83d' }] }),
  chat('a negative length', { max_tokens: -5 }),
  chat('a huge n', { n: 1_000 }),
  chat('five stop strings', { stop: ['a', 'b', 'c', 'd', 'e'] }),
  chat('top_logprobs alone', { top_logprobs: 2 }),
  chat('a bias of no token', { logit_bias: { x: 1 } }),
  chat('a schema with a bad name', {
    response_format: { type: 'json_schema', json_schema: { name: 'a b', schema } },
  }),
  chat('tools', { tools: [{ type: 'function', function: { name: 'f' } }] }),
  chat('a prompt that is too long', { messages: [{ role: 'user', content: 'x'.repeat(600) }] }),
  chat('a prompt that is too long, as a stream', {
    messages: [{ role: 'user', content: 'x'.repeat(600) }],
    stream: true,
  }),
  chat('an unknown model', { model: 'nobody' }),
  chat('no key', {}, { key: 'none' }),
  chat('a wrong key', {}, { key: 'wrong' }),
  chat('a key without the scope', {}, { key: 'read-only' }),
  chat('an answer longer than the key may have', { max_tokens: 50 }, { key: 'short' }),
  chat('another media type', {}, { headers: { 'content-type': 'text/plain' }, body: 'hi' }),
  chat('a body that is too large', { messages: [{ role: 'user', content: 'x'.repeat(5e6) }] }),
  text('no prompt', { prompt: undefined }),
  text('logprobs that are too many', { logprobs: 99 }),
  text('echo with logprobs', { echo: true, logprobs: 1 }),
  text('best_of', { best_of: 3 }),
  text('suffix with tokens', { prompt: [1], suffix: 'x' }),
  get('an unknown path', '/v1/nonsense'),
  { name: 'an unknown path, posted', path: '/v1/nonsense', body: {} },
  get('the wrong method', CHAT),
  get('an unknown path without a key', '/v1/nonsense', { key: 'none' }),
];

const known: PublicRequest[] = [
  get('models', '/v1/models'),
  get('one model', '/v1/models/recorded'),
  get('one model by its alias', '/v1/models/alias'),
  get('an unknown model', '/v1/models/nobody'),
  get('models without a key', '/v1/models', { key: 'none' }),
  get('the key', '/v1/key'),
];

/** Two pass, the third finds the limit of two a minute. */
const limited: PublicRequest[] = [
  chat('within a limit', {}, { key: 'limited' }),
  chat('at a limit, as a stream', { stream: true }, { key: 'limited' }),
  chat('over a limit', {}, { key: 'limited' }),
];

/** In this order; each name is there once. */
export const PUBLIC_REQUESTS: readonly PublicRequest[] = [
  ...answered,
  ...refused,
  ...known,
  ...limited,
];

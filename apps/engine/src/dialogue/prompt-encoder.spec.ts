import { ChatTemplate } from './chat-template.js';
import { PromptEncoder } from './prompt-encoder.js';
import type { Tokenizer } from '../vocabulary/tokenizer.js';

/** One token per character; `<S>` is token 1 where names of control tokens count. */
function fakeTokenizer(overrides: Partial<Tokenizer> = {}): Tokenizer {
  return {
    vocabularySize: 1000,
    leadingToken: null,
    infill: { prefix: 2, suffix: 3, middle: 4 },
    bosText: '',
    eosText: '',
    tokenize(text, { special }) {
      const marked = special ? text.replaceAll('<S>', '\u0001') : text;
      return [...marked].map((character) => character.codePointAt(0) ?? 0);
    },
    ...overrides,
  };
}

const chars = (text: string): number[] => [...text].map((c) => c.codePointAt(0) ?? 0);
const template = new ChatTemplate("{% for m in messages %}<S>{{ m['content'] }}{% endfor %}", {
  bosText: '',
  eosText: '',
});

describe('PromptEncoder', () => {
  it('tokenizes template text with control tokens and messages without', () => {
    const encoded = new PromptEncoder(fakeTokenizer(), template).encode({
      kind: 'chat',
      messages: [{ role: 'user', content: 'a<S>' }],
    });
    expect(encoded).toEqual({ ok: true, tokens: [1, ...chars('a<S>')] });
  });

  it('takes text as it is, and puts the leading token before it', () => {
    const encoder = new PromptEncoder(fakeTokenizer({ leadingToken: 9 }), template);
    expect(encoder.encode({ kind: 'text', text: '<S>' })).toEqual({
      ok: true,
      tokens: [9, ...chars('<S>')],
    });
  });

  it('does not double a leading token that the template wrote', () => {
    const encoder = new PromptEncoder(fakeTokenizer({ leadingToken: 1 }), template);
    const encoded = encoder.encode({ kind: 'chat', messages: [{ role: 'user', content: 'a' }] });
    expect(encoded).toEqual({ ok: true, tokens: [1, 97] });
  });

  it("puts the model's infill tokens around prefix and suffix", () => {
    const encoder = new PromptEncoder(fakeTokenizer(), null);
    expect(encoder.encode({ kind: 'infill', prefix: 'a', suffix: 'b' })).toEqual({
      ok: true,
      tokens: [2, 97, 3, 98, 4],
    });
  });

  it.each([
    [
      'infill without infill tokens',
      { kind: 'infill', prefix: '', suffix: '' },
      'unsupported_parameter',
    ],
    [
      'a chat without a template',
      { kind: 'chat', messages: [{ role: 'user', content: 'x' }] },
      'invalid_template',
    ],
    ['tokens that do not exist', { kind: 'tokens', tokens: [5, 1000] }, 'invalid_value'],
    ['an empty text', { kind: 'text', text: '' }, 'invalid_request'],
  ] as const)('refuses %s', (_, prompt, code) => {
    const encoder = new PromptEncoder(fakeTokenizer({ infill: null }), null);
    expect(encoder.encode(structuredClone(prompt) as never)).toMatchObject({
      ok: false,
      failure: { code },
    });
  });

  it('takes an empty text where the model has a leading token', () => {
    const encoder = new PromptEncoder(fakeTokenizer({ leadingToken: 9 }), null);
    expect(encoder.encode({ kind: 'text', text: '' })).toEqual({ ok: true, tokens: [9] });
  });
});

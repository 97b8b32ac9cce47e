/** From the canonical prompt to tokens, or the reason why this model cannot take it. */
import type { Failure, Prompt } from '@corral/contracts';
import type { ChatTemplate, PromptSegment } from './chat-template.js';
import type { Tokenizer } from '../vocabulary/tokenizer.js';

export type EncodedPrompt = { ok: true; tokens: number[] } | { ok: false; failure: Failure };

export class PromptEncoder {
  constructor(
    private readonly tokenizer: Tokenizer,
    /** Null: the model has none, and chats are refused. */
    private readonly template: ChatTemplate | null,
  ) {}

  /** At least one token. Text of the request never becomes a control token. */
  encode(prompt: Prompt): EncodedPrompt {
    const encoded = this.encodeKind(prompt);
    if (encoded.ok && encoded.tokens.length === 0) {
      return refused('invalid_request', 'The prompt is empty, and this model needs one.');
    }
    return encoded;
  }

  private encodeKind(prompt: Prompt): EncodedPrompt {
    switch (prompt.kind) {
      case 'tokens':
        return this.checked(prompt.tokens);
      case 'text':
        return this.tokenized([{ text: prompt.text, special: false }]);
      case 'chat': {
        if (!this.template) {
          const message = 'The model has no chat template: use completions, or set one.';
          return refused('invalid_template', message);
        }
        const rendered = this.template.render(prompt.messages);
        return rendered.ok ? this.tokenized(rendered.segments) : rendered;
      }
      case 'infill':
        return this.infill(prompt.prefix, prompt.suffix);
    }
  }

  private checked(tokens: number[]): EncodedPrompt {
    const size = this.tokenizer.vocabularySize;
    const unknown = tokens.find((token) => token >= size);
    if (unknown === undefined) return { ok: true, tokens };
    return refused('invalid_value', `Token ${unknown} is not among the model's ${size} tokens.`);
  }

  private tokenized(segments: readonly PromptSegment[]): EncodedPrompt {
    const tokens = segments.flatMap(({ text, special }, i) =>
      this.tokenizer.tokenize(text, { special, continues: i > 0 }),
    );
    return { ok: true, tokens: this.withLeadingToken(tokens) };
  }

  /** Prefix, suffix, middle: the order in which models with these tokens are trained. */
  private infill(prefix: string, suffix: string): EncodedPrompt {
    const { infill } = this.tokenizer;
    if (!infill) {
      const message =
        'The model has no tokens for filling in the middle: leave out {prompt.suffix}.';
      return refused('unsupported_parameter', message, ['prompt', 'suffix']);
    }
    const tokens = [
      infill.prefix,
      ...this.tokenizer.tokenize(prefix, { special: false, continues: true }),
      infill.suffix,
      ...this.tokenizer.tokenize(suffix, { special: false, continues: true }),
      infill.middle,
    ];
    return { ok: true, tokens: this.withLeadingToken(tokens) };
  }

  /** Templates often write the leading token themselves. */
  private withLeadingToken(tokens: number[]): number[] {
    const { leadingToken } = this.tokenizer;
    if (leadingToken === null || tokens[0] === leadingToken) return tokens;
    return [leadingToken, ...tokens];
  }
}

function refused(code: Failure['code'], message: string, path?: string[]): EncodedPrompt {
  return { ok: false, failure: { code, message, ...(path !== undefined && { path }) } };
}

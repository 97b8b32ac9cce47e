/**
 * A model's chat template. Messages are rendered as random place-holders and put in afterwards, so
 * that text from a user is never part of what the template's control tokens are read from: it
 * cannot forge one, and it cannot reach the template language either.
 *
 * Templates come with model files and are as little trusted as they: rendering is stopped after a
 * time limit, and an endless result is refused.
 */
import { randomBytes } from 'node:crypto';
import { createContext, Script } from 'node:vm';
import type { ChatMessage, Failure } from '@corral/contracts';
import { Template } from '@huggingface/jinja';

/** A piece of a prompt, and whether names of control tokens in it mean those tokens. */
export interface PromptSegment {
  text: string;
  special: boolean;
}

export type RenderedChat =
  { ok: true; segments: PromptSegment[] } | { ok: false; failure: Failure };

const RENDER_TIMEOUT_MS = 250;
/** Around the messages, a template adds some dozen characters each. */
const MAX_RENDERED_CHARACTERS = 4_000_000;

const CALL_RENDER = new Script('render()');

export interface TemplateTexts {
  bosText: string;
  eosText: string;
}

export class ChatTemplate {
  private readonly template: Template | null;
  private readonly fault: string | null;
  /** Kept, since making one costs more than a whole render. */
  private readonly sandbox: { render: () => string };

  /** Never throws: a template that cannot be parsed or rendered says so at each request. */
  constructor(
    source: string,
    private readonly texts: TemplateTexts,
  ) {
    this.sandbox = { render: () => '' };
    createContext(this.sandbox);
    const parsed = parse(source);
    this.template = parsed.template;
    this.fault = parsed.fault ?? this.faultOnPlainChat();
  }

  /** Why the template can render nothing at all; null when it can. */
  get brokenBecause(): string | null {
    return this.fault;
  }

  /** The conversation up to the point where the model's turn begins. */
  render(messages: readonly ChatMessage[]): RenderedChat {
    if (this.fault !== null) {
      const message = `The model's chat template cannot be used: ${this.fault}`;
      return { ok: false, failure: { code: 'invalid_template', message } };
    }
    try {
      return { ok: true, segments: this.renderSegments(messages) };
    } catch (error) {
      const message = `The model's chat template refuses these messages: ${reasonOf(error)}`;
      return {
        ok: false,
        failure: { code: 'invalid_request', message, path: ['prompt', 'messages'] },
      };
    }
  }

  private renderSegments(messages: readonly ChatMessage[]): PromptSegment[] {
    const nonce = randomBytes(12).toString('hex');
    const placeholder = (index: number): string => `[[${nonce}:${index}]]`;
    const rendered = this.renderWithin(
      messages.map((message, index) => ({
        role: message.role,
        // Templates test content for emptiness, which a place-holder would hide.
        content: message.content === '' ? '' : placeholder(index),
      })),
    );
    const pattern = new RegExp(`\\[\\[${nonce}:(\\d+)\\]\\]`);
    // With a capturing group, split gives text and message index in turn.
    return rendered
      .split(pattern)
      .map((part, i) =>
        i % 2 === 0
          ? { text: part, special: true }
          : { text: messages[Number(part)]?.content ?? '', special: false },
      )
      .filter((segment) => segment.text !== '');
  }

  private renderWithin(messages: { role: string; content: string }[]): string {
    this.sandbox.render = () =>
      this.template?.render({
        messages,
        add_generation_prompt: true,
        bos_token: this.texts.bosText,
        eos_token: this.texts.eosText,
      }) ?? '';
    const rendered: unknown = CALL_RENDER.runInContext(this.sandbox, {
      timeout: RENDER_TIMEOUT_MS,
    });
    if (typeof rendered !== 'string') throw new Error('it gives no text');
    if (rendered.length > MAX_RENDERED_CHARACTERS) throw new Error('it gives too much text');
    return rendered;
  }

  /** A template that cannot render the simplest chat is broken, whatever the request. */
  private faultOnPlainChat(): string | null {
    try {
      this.renderWithin([{ role: 'user', content: 'x' }]);
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }
}

function parse(source: string): { template: Template | null; fault: string | null } {
  try {
    return { template: new Template(source), fault: null };
  } catch (error) {
    return { template: null, fault: reasonOf(error) };
  }
}

/** Short enough for a failure message. */
function reasonOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : String(error);
  return message.slice(0, 300);
}

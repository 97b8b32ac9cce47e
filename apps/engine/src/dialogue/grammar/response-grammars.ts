/**
 * The grammars of the answers on board. Translating and parsing a schema costs milliseconds, and
 * clients send the same one again and again, so the latest are kept.
 */
import type { Failure, ResponseFormat } from '@corral/contracts';
import type { GrammarCompiler, TokenGrammar } from '../../context/decode-context.js';
import { misreadTokens, type Vocabulary } from '../../vocabulary/vocabulary.pure.js';
import { JSON_OBJECT_GRAMMAR } from './json-rules.pure.js';
import { grammarOfSchema } from './schema-grammar.js';

/** Grammars that are kept, the latest used ones. */
const KEPT = 32;

export type GrammarResult =
  | {
      ok: true;
      /** Null: any text will do. */
      grammar: TokenGrammar | null;
      /** Tokens that must not be drawn: llama.cpp reads them otherwise than they come out. */
      banned: readonly number[];
    }
  | { ok: false; failure: Failure };

export class ResponseGrammars {
  /** By format as JSON; the least recently used first. */
  private readonly kept = new Map<string, TokenGrammar>();
  /** Looked up for the first format that is asked for. */
  private misread: readonly number[] | null = null;

  /** A null compiler refuses every format but text. */
  constructor(
    private readonly compiler: GrammarCompiler | null,
    private readonly vocabulary: Vocabulary,
  ) {}

  /** The grammar of a format, or why there can be none. */
  of(format: ResponseFormat | undefined): GrammarResult {
    if (!format) return { ok: true, grammar: null, banned: [] };
    if (!this.compiler) {
      return refusal(
        ['responseFormat'],
        'This replica cannot enforce a format: its release of node-llama-cpp lacks the calls.',
      );
    }
    const key = JSON.stringify(format);
    const known = this.kept.get(key);
    const made = known ? { ok: true as const, grammar: known } : compile(format, this.compiler);
    if (!made.ok) return made;
    this.keep(key, made.grammar);
    this.misread ??= misreadTokens(this.vocabulary);
    return { ...made, banned: this.misread };
  }

  private keep(key: string, grammar: TokenGrammar): void {
    this.kept.delete(key);
    this.kept.set(key, grammar);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}

function compile(
  format: ResponseFormat,
  compiler: GrammarCompiler,
): { ok: true; grammar: TokenGrammar } | { ok: false; failure: Failure } {
  const path = ['responseFormat', 'schema'];
  const text =
    format.kind === 'json_object'
      ? ({ ok: true, grammar: JSON_OBJECT_GRAMMAR } as const)
      : grammarOfSchema(format.schema);
  if (!text.ok) return refusal(path, `This schema cannot be enforced: ${text.reason}.`);
  const grammar = compiler.compile(text.grammar);
  if (grammar) return { ok: true, grammar };
  return refusal(path, 'This schema cannot be enforced: it refers to itself without an end.');
}

function refusal(path: string[], message: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { code: 'unsupported_parameter', message, path } };
}

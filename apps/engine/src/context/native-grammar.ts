/** Grammars as the addon has them: parsed once, and read by one generation each. */
import type { GrammarCompiler, TokenGrammar } from './decode-context.js';
import type { NativeGrammars, NativeGrammarState } from './native-surface.js';

class NativeGrammar implements TokenGrammar {
  constructor(
    readonly text: string,
    readonly native: object,
  ) {}
}

/** Where one generation stands in a grammar. The addon's sampler moves `state` on as it draws. */
export class NativeGrammarReader {
  constructor(
    readonly state: NativeGrammarState,
    private readonly calls: NativeGrammars,
  ) {}

  /** Moves on by tokens that were drawn elsewhere; false when the grammar does not allow them. */
  replay(tokens: readonly number[]): boolean {
    try {
      for (const token of tokens) this.calls.accept(this.state, token);
      return true;
    } catch {
      return false;
    }
  }
}

export class NativeGrammarCompiler implements GrammarCompiler {
  constructor(private readonly calls: NativeGrammars) {}

  compile(text: string): TokenGrammar | null {
    try {
      return new NativeGrammar(text, this.calls.parse(text));
    } catch {
      return null;
    }
  }

  /** A reader at the beginning. Throws a TypeError for a grammar of another context. */
  read(grammar: TokenGrammar): NativeGrammarReader {
    if (!(grammar instanceof NativeGrammar)) throw new TypeError('a grammar of another context');
    return new NativeGrammarReader(this.calls.openState(grammar.native), this.calls);
  }
}

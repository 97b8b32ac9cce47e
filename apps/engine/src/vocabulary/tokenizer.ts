/** The model's tokenizer as the prompt encoder sees it: a port that a fake implements. */
export interface Tokenizer {
  /** Tokens in the vocabulary. */
  readonly vocabularySize: number;
  /** Put before every prompt where the model wants one; null where it does not. */
  readonly leadingToken: number | null;
  /** The tokens around a gap to fill; null where the model was not trained for it. */
  readonly infill: { prefix: number; suffix: number; middle: number } | null;
  /** Texts that chat templates may refer to; empty where the model has none. */
  readonly bosText: string;
  readonly eosText: string;
  /**
   * `special`: names of control tokens in the text become those tokens. Without it they are
   * ordinary text. `continues`: the text goes on after other text, which matters to vocabularies
   * that put a space before the first word.
   */
  tokenize(text: string, options: { special: boolean; continues: boolean }): number[];
}

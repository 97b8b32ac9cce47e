/**
 * What a model writes in its turn, as parts of an answer. A reader stands between the detokenizer and
 * the pieces that are sent. It is fed every token of the stream, control tokens and the one that ends
 * the turn included: a family of models can mark thoughts and calls with tokens that have no text.
 *
 * A reader is a function of what it was fed, and of nothing else. An attempt that resumes feeds it
 * the accepted tokens again, drops what it returns, and stands where the first attempt stood.
 */

/** A piece of an answer, in the order of generation. */
export interface OutputPart {
  kind: 'text';
  /** Never empty. */
  text: string;
}

/** The port; one reader per stream. */
export interface TurnReader {
  /**
   * Returns the parts that became certain with the next token; later tokens never change them.
   *
   * @param token its id
   * @param text what the token adds to the text: empty for a control token, for the token that ends
   *   the turn, and while a character is incomplete
   */
  read(token: number, text: string): readonly OutputPart[];
  /** Returns what was held back. Called once at most, after the last token. */
  end(): readonly OutputPart[];
}

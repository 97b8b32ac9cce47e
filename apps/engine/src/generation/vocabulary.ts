/** The model's vocabulary as generations see it: a port that a fake implements in a line. */

/** A token's text where it is whole characters, else its bytes. */
export interface TokenPiece {
  bytes: Uint8Array;
  /** Null when the bytes are not valid UTF-8 by themselves. */
  text: string | null;
}

export interface Vocabulary {
  readonly size: number;
  /** The model says that its turn, or the text, is over. */
  endsGeneration(token: number): boolean;
  piece(token: number): TokenPiece;
}

/** Bytes and text of a token. */
export function tokenPiece(bytes: Uint8Array): TokenPiece {
  try {
    return { bytes, text: STRICT_UTF8.decode(bytes) };
  } catch {
    return { bytes, text: null };
  }
}

/**
 * Tokens that add nothing to a text and do not end it, such as the control tokens of a chat
 * template, and those whose text begins with a NUL. Looks at the whole vocabulary.
 */
export function silentTokens(vocabulary: Vocabulary): number[] {
  const silent: number[] = [];
  for (let token = 0; token < vocabulary.size; token++) {
    const [first = 0] = vocabulary.piece(token).bytes;
    if (first === 0 && !vocabulary.endsGeneration(token)) silent.push(token);
  }
  return silent;
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

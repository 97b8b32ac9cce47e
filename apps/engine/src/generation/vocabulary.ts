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

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

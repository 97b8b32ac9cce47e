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
 * Tokens that a grammar would read otherwise than they come out: those that add nothing to a text and
 * do not end it, such as the control tokens of a chat template, those whose text begins with a NUL,
 * and bytes that no UTF-8 has. Looks at the whole vocabulary.
 */
export function misreadTokens(vocabulary: Vocabulary): number[] {
  const misread: number[] = [];
  for (let token = 0; token < vocabulary.size; token++) {
    if (vocabulary.endsGeneration(token)) continue;
    const { bytes } = vocabulary.piece(token);
    if ((bytes[0] ?? 0) === 0 || bytes.some(isNeverInUtf8)) misread.push(token);
  }
  return misread;
}

/** RFC 3629, 1: these octet values never appear. */
function isNeverInUtf8(byte: number): boolean {
  return byte === 0xc0 || byte === 0xc1 || byte >= 0xf5;
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

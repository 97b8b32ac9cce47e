/** Vocabularies made of plain texts or bytes, for tests of what is built on them. */
import { tokenPiece, type Vocabulary } from '../vocabulary/vocabulary.pure.js';

/** Token i is the i-th text (or byte list); a null ends the generation. */
export function fakeVocabulary(pieces: (string | number[] | null)[]): Vocabulary {
  const bytes = pieces.map((piece) =>
    typeof piece === 'string' ? new TextEncoder().encode(piece) : Uint8Array.from(piece ?? []),
  );
  return {
    size: pieces.length,
    endsGeneration: (token) => pieces[token] === null,
    piece: (token) => tokenPiece(bytes[token] ?? new Uint8Array(0)),
  };
}

/** Token i, from 0 to 127, is the text `<i>`; token 0 ends the generation. */
export const NUMBERED_VOCABULARY = fakeVocabulary(
  Array.from({ length: 128 }, (_, i) => (i === 0 ? null : `<${i}>`)),
);

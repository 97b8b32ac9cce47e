/**
 * The bytes that a token stands for. A token need not be whole characters, so text is joined as
 * bytes; and llama.cpp's own detokenizer gives strings in which split characters are already lost.
 */

/** What is known of one token of the vocabulary. */
export interface TokenSource {
  /** As the model file spells it. */
  spelling: string;
  kind: 'normal' | 'control' | 'userDefined' | 'byte' | 'unused';
}

/** How the vocabulary spells bytes; `plain` for vocabularies whose spelling is the text. */
export type Spelling = 'byteLevel' | 'sentencePiece' | 'plain';

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/;
/** U+2581, SentencePiece's visible space. */
const VISIBLE_SPACE = /\u2581/g;

/** The bytes of a token's text; none for control tokens, which are never part of the text. */
export function tokenBytes(source: TokenSource, spelling: Spelling): Uint8Array {
  if (source.kind === 'control' || source.kind === 'unused') return NOTHING;
  if (source.kind === 'userDefined') return encoder.encode(source.spelling);
  const byte = BYTE_TOKEN.exec(source.spelling);
  if (source.kind === 'byte' && byte) return Uint8Array.of(parseInt(byte[1] ?? '0', 16));
  switch (spelling) {
    case 'byteLevel':
      return byteLevelBytes(source.spelling);
    case 'sentencePiece':
      return encoder.encode(source.spelling.replace(VISIBLE_SPACE, ' '));
    case 'plain':
      return encoder.encode(source.spelling);
  }
}

/** Characters outside the alphabet stand for themselves. */
function byteLevelBytes(spelling: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of spelling) {
    const byte = BYTE_OF.get(character);
    if (byte === undefined) bytes.push(...encoder.encode(character));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/**
 * GPT-2's alphabet, inverted: printable Latin-1 characters stand for themselves, the other bytes
 * for the characters from U+0100 on, in byte order.
 */
const BYTE_OF: ReadonlyMap<string, number> = (() => {
  const byteOf = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    byteOf.set(String.fromCodePoint(printable ? byte : next++), byte);
  }
  return byteOf;
})();

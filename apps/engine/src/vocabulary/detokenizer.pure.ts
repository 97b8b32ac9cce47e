/**
 * Tokens to text, one token at a time, never emitting half a character. What has been emitted is a
 * function of the token list alone, so an attempt that resumes after n tokens replays them here
 * and stands exactly where the first attempt stood.
 */
import type { Vocabulary } from './vocabulary.pure.js';

const LENIENT_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const NOTHING = new Uint8Array(0);

export class Detokenizer {
  /** The first bytes of a character whose rest has not come yet: 3 at most. */
  private pending: Uint8Array = NOTHING;

  constructor(private readonly vocabulary: Vocabulary) {}

  /**
   * The text that became certain with this token; empty while a character is incomplete. Bytes
   * that can be no character show as U+FFFD. Bytes still pending at the end of a generation are
   * dropped: they were never a character.
   */
  push(token: number): string {
    const piece = this.vocabulary.piece(token);
    if (this.pending.length === 0 && piece.text !== null) return piece.text;
    const bytes = concat(this.pending, piece.bytes);
    const complete = bytes.length - incompleteTailLength(bytes);
    this.pending = bytes.slice(complete);
    return LENIENT_UTF8.decode(bytes.subarray(0, complete));
  }
}

/** How many bytes at the end are the valid beginning of a longer character: 0 to 3. */
export function incompleteTailLength(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const byte = bytes[bytes.length - length] ?? 0;
    if (isContinuation(byte)) continue;
    return length < characterLength(byte) && secondByteFits(bytes, length) ? length : 0;
  }
  return 0;
}

/** Bytes that a character with this lead byte has; 0 for a byte that leads none. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/** Overlong forms, surrogates and code points above U+10FFFF show in the second byte. */
function secondByteFits(bytes: Uint8Array, tailLength: number): boolean {
  if (tailLength < 2) return true;
  const lead = bytes[bytes.length - tailLength] ?? 0;
  const second = bytes[bytes.length - tailLength + 1] ?? 0;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second <= 0x8f;
  return true;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

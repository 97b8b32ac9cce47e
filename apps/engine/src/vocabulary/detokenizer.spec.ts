import { fakeVocabulary } from '../testing/fake-vocabulary.js';
import { Detokenizer, incompleteTailLength } from './detokenizer.pure.js';

const EMOJI = [0xf0, 0x9f, 0x90, 0xb4];

function detokenize(pieces: (string | number[])[]): string[] {
  const detokenizer = new Detokenizer(fakeVocabulary(pieces));
  return pieces.map((_, token) => detokenizer.push(token));
}

describe('Detokenizer', () => {
  it('emits whole texts at once', () => {
    expect(detokenize(['Hello', ' wörld'])).toEqual(['Hello', ' wörld']);
  });

  it('holds the bytes of a character back until it is complete', () => {
    expect(detokenize([[EMOJI[0]!], [EMOJI[1]!, EMOJI[2]!], [EMOJI[3]!, 0x21]])).toEqual([
      '',
      '',
      '🐴!',
    ]);
  });

  it('joins a character that begins at the end of a longer token', () => {
    expect(detokenize([[0x61, 0xc3], [0xa4]])).toEqual(['a', 'ä']);
  });

  it('shows bytes that can be no character as U+FFFD, without waiting', () => {
    expect(detokenize([[0xff], 'a'])).toEqual(['\ufffd', 'a']);
    expect(detokenize([[0xc3], 'a'])).toEqual(['', '\ufffda']);
    expect(detokenize([[0xe0, 0x80]])).toEqual(['\ufffd\ufffd']);
  });

  it('keeps a byte order mark, which is text like any other here', () => {
    expect(detokenize([[0xef, 0xbb], [0xbf]])).toEqual(['', '\ufeff']);
  });

  it('gives the same text as decoding all bytes at once, however they are split', () => {
    const text = 'a ä 中文 🐴🏽 \u0000 z';
    const bytes = [...new TextEncoder().encode(text)];
    for (let size = 1; size <= 5; size++) {
      const pieces: number[][] = [];
      for (let i = 0; i < bytes.length; i += size) pieces.push(bytes.slice(i, i + size));
      expect(detokenize(pieces).join('')).toBe(text);
    }
  });
});

describe('incompleteTailLength', () => {
  it.each([
    ['nothing', [], 0],
    ['ASCII', [0x61], 0],
    ['a lead of two', [0xc3], 1],
    ['two of three', [0xe4, 0xb8], 2],
    ['three of four', [0xf0, 0x9f, 0x90], 3],
    ['a whole character', EMOJI, 0],
    ['an overlong form', [0xf0, 0x80], 0],
    ['a surrogate', [0xed, 0xa0], 0],
    ['a stray continuation', [0x80], 0],
  ])('counts %s', (_, bytes, length) => {
    expect(incompleteTailLength(Uint8Array.from(bytes))).toBe(length);
  });
});

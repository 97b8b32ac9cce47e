import { tokenBytes } from './token-bytes.pure.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('tokenBytes', () => {
  it('reads the byte-level alphabet', () => {
    expect(text(tokenBytes({ spelling: 'Ġhello', kind: 'normal' }, 'byteLevel'))).toBe(' hello');
    expect(text(tokenBytes({ spelling: 'Ċ', kind: 'normal' }, 'byteLevel'))).toBe('\n');
    expect([...tokenBytes({ spelling: 'Ã', kind: 'normal' }, 'byteLevel')]).toEqual([0xc3]);
    expect([...tokenBytes({ spelling: 'Ń', kind: 'normal' }, 'byteLevel')]).toEqual([0xad]);
  });

  it("reads SentencePiece's spaces and byte tokens", () => {
    expect(text(tokenBytes({ spelling: '▁the▁cat', kind: 'normal' }, 'sentencePiece'))).toBe(
      ' the cat',
    );
    expect([...tokenBytes({ spelling: '<0xE4>', kind: 'byte' }, 'sentencePiece')]).toEqual([0xe4]);
  });

  it('takes a normal token that looks like a byte for text', () => {
    expect(text(tokenBytes({ spelling: '<0xE4>', kind: 'normal' }, 'plain'))).toBe('<0xE4>');
  });

  it('gives user-defined tokens as they are written, control tokens not at all', () => {
    const toolCall = { spelling: '<tool_call>', kind: 'userDefined' as const };
    expect(text(tokenBytes(toolCall, 'byteLevel'))).toBe('<tool_call>');
    expect(tokenBytes({ spelling: '<|im_end|>', kind: 'control' }, 'byteLevel')).toHaveLength(0);
  });
});

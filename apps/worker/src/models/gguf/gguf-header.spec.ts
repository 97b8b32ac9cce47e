import { ggufBytes, TINY_GGUF, type TinyGguf } from '../../testing/gguf-bytes.js';
import { readGgufHeader } from './gguf-header.js';
import { ModelRefusal, HeaderIncomplete } from './model-refusal.js';
import { factsOf } from './model-facts.js';

function read(change: Partial<TinyGguf> = {}) {
  const { bytes } = ggufBytes({ ...TINY_GGUF, ...change });
  return readGgufHeader(bytes, bytes.length);
}

function tensor(change: Partial<TinyGguf['tensors'][number]>): Partial<TinyGguf> {
  const [first, second] = TINY_GGUF.tensors;
  if (first === undefined || second === undefined) throw new Error('two tensors are expected');
  return { tensors: [{ ...first, ...change }, second] };
}

/** A pseudo-random number below `below`, the same in every run (xorshift32). */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

describe('a sound GGUF header', () => {
  it('gives the facts of its model', () => {
    expect(factsOf(read())).toEqual({
      name: 'Tiny',
      architecture: 'llama',
      parameters: 128,
      contextTokens: 2048,
      quantization: 'Q8_0',
      license: 'apache-2.0',
      hasChatTemplate: true,
    });
  });

  it('is read in version 2 as well', () => {
    expect(read({ version: 2 }).version).toBe(2);
  });

  it('names the mix of types that its file type stands for', () => {
    const keys: TinyGguf['keys'] = [
      ...TINY_GGUF.keys,
      ['general.file_type', { type: 'u32', value: 15 }],
    ];
    expect(factsOf(read({ keys })).quantization).toBe('Q4_K_M');
  });

  it('is asked for again when not all of it was read', () => {
    const { bytes, headerBytes } = ggufBytes(TINY_GGUF);
    for (let length = 24; length < headerBytes; length += 1) {
      expect(() => readGgufHeader(bytes.subarray(0, length), bytes.length)).toThrow(
        HeaderIncomplete,
      );
    }
  });
});

describe('a file that is no sound model', () => {
  const cut = (length: number) => {
    const { bytes } = ggufBytes(TINY_GGUF);
    return () => readGgufHeader(bytes.subarray(0, length), length);
  };
  const patched = (at: number, patch: number[]) => {
    const { bytes } = ggufBytes(TINY_GGUF);
    bytes.set(patch, at);
    return () => readGgufHeader(bytes, bytes.length);
  };
  const huge = [255, 255, 255, 255, 255, 255, 31, 0];

  it.each<[what: string, read: () => unknown, message: string]>([
    ['empty', cut(0), 'not a GGUF file: it is empty'],
    [
      'another format',
      () => readGgufHeader(Buffer.from('PK\u0003\u0004 and more of an archive'), 30),
      'not a GGUF file: starts with PK\\x03\\x04 instead of GGUF',
    ],
    ['cut after the magic', cut(8), 'truncated: the file has only 8 bytes'],
    [
      'cut in its data',
      cut(ggufBytes(TINY_GGUF).bytes.length - 1),
      'truncated: tensor output_norm.weight ends at byte 704 but the file has 703',
    ],
    ['of version 1', () => read({ version: 1 }), 'GGUF version 1, but only 2 and 3 are supported'],
    ['big-endian', patched(4, [0, 0, 0, 3]), 'big-endian'],
    ['full of tensors', patched(8, huge), 'tensors, more than 65536'],
    ['of an impossible count', patched(8, Array<number>(8).fill(255)), 'which no file can hold'],
    ['full of keys', patched(16, huge), 'metadata keys, more than 65536'],
    ['with an endless key', patched(24, huge), 'key 0 is 9007199254740991 bytes long'],
    ['without tensors', () => read({ tensors: [] }), 'holds no tensors'],
    ['with a tensor twice', () => read(tensor({ name: 'output_norm.weight' })), 'there twice'],
    ['with an unknown type', () => read(tensor({ type: 4 })), 'of unknown type 4'],
    ['with an empty tensor', () => read(tensor({ dimensions: [32, 0] })), '32 x 0 elements'],
    [
      'with sides whose product overflows',
      () => read(tensor({ dimensions: [2 ** 32, 2 ** 32, 2 ** 32] })),
      'would have 4294967296 x 4294967296 x 4294967296 elements',
    ],
    ['with five dimensions', () => read(tensor({ dimensions: [32, 1, 1, 1, 1] })), '5 dimensions'],
    ['with half a block', () => read(tensor({ dimensions: [16, 3] })), 'blocks of 32'],
    ['with a crooked offset', () => read(tensor({ offset: 7 })), 'not aligned to 32 bytes'],
    [
      'with a tensor far outside',
      () => read(tensor({ offset: 2 ** 40 })),
      'tensor token_embd.weight ends at byte',
    ],
    [
      'with an alignment of nothing',
      () => read({ keys: [['general.alignment', { type: 'u32', value: 0 }]] }),
      'general.alignment is 0',
    ],
    [
      'with a key twice',
      () => read({ keys: [...TINY_GGUF.keys, ...TINY_GGUF.keys.slice(0, 1)] }),
      'the key general.architecture is there twice',
    ],
    ['without an architecture', () => factsOf(read({ keys: [] })), 'architecture is missing'],
  ])('is refused: %s', (_what, attempt, message) => {
    expect(attempt).toThrow(ModelRefusal);
    expect(attempt).toThrow(message);
  });

  it('is refused for arrays nested without end', () => {
    const { bytes } = ggufBytes({
      ...TINY_GGUF,
      keys: [['deep', { type: 'strings', value: [] }]],
    });
    const nested = Buffer.alloc(12 * 5000);
    for (let at = 0; at < nested.length; at += 12) {
      nested.writeUInt32LE(9, at);
      nested.writeBigUInt64LE(1n, at + 4);
    }
    const valueAt = 24 + 8 + 'deep'.length;
    const file = Buffer.concat([bytes.subarray(0, valueAt + 4), nested, bytes.subarray(valueAt)]);
    expect(() => readGgufHeader(file, file.length)).toThrow('nests arrays too deep');
  });
});

describe('two thousand mutants of a small file', () => {
  it('are read or refused with a reason, and never take long', () => {
    const seed = 20_240_601;
    const draw = drawer(seed);
    const { bytes, headerBytes } = ggufBytes(TINY_GGUF);
    const startedAtMs = performance.now();
    const outcomes = { read: 0, refused: 0 };
    for (let mutant = 0; mutant < 2000; mutant += 1) {
      const file = Buffer.from(bytes);
      for (let change = 0; change <= draw(4); change += 1) file[draw(headerBytes)] = draw(256);
      const cut = draw(3) === 0 ? file.subarray(0, draw(file.length)) : file;
      try {
        factsOf(readGgufHeader(cut, cut.length));
        outcomes.read += 1;
      } catch (fault) {
        if (!(fault instanceof ModelRefusal) && !(fault instanceof HeaderIncomplete)) {
          throw new Error(`mutant ${mutant} of seed ${seed}`, { cause: fault });
        }
        expect(fault.message.length).toBeLessThan(500);
        outcomes.refused += 1;
      }
    }
    expect(outcomes.read).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(1000);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });
});

/** What can be said of the files without llama.cpp; that it loads them is the engine's test. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteAlphabet, byteVocabulary, SPECIAL_TOKENS } from './byte-vocabulary.js';
import { GGUF_FAULTS, writeMalformedGguf } from './malformed-gguf.js';
import { M100, M5, parameterCount, TINY, tensorsOf } from './model-shape.js';
import { writeGguf, writeGgufHeaderOnly } from './write-gguf.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corral-gguf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, options: Parameters<typeof writeGguf>[1]): Promise<Buffer> => {
  await writeGguf(join(folder, name), options);
  return readFile(join(folder, name));
};

describe('the named shapes', () => {
  it.each([
    ['TINY', TINY, 0.85e6],
    ['M5', M5, 5.9e6],
    ['M100', M100, 100.7e6],
  ])('%s has about as many parameters as it says', (_, shape, expected) => {
    expect(parameterCount(shape) / expected).toBeCloseTo(1, 1);
  });

  it('have heads that vector code handles at full speed', () => {
    for (const shape of [TINY, M5, M100]) expect(shape.embedding / shape.heads).toBe(64);
  });
});

describe('byteVocabulary', () => {
  it.each([300, 1024, 5000, 40_000])('has exactly %i different tokens', (size) => {
    const { tokens, types } = byteVocabulary(size);
    expect(tokens).toHaveLength(size);
    expect(types).toHaveLength(size);
    expect(new Set(tokens).size).toBe(size);
  });

  it('has a token for every byte and every special token', () => {
    const vocabulary = byteVocabulary(300);
    expect(vocabulary.tokens.slice(0, 256)).toEqual(byteAlphabet());
    expect(new Set(byteAlphabet()).size).toBe(256);
    for (const { text } of SPECIAL_TOKENS) {
      expect(vocabulary.tokens[vocabulary.idOf(text)]).toBe(text);
    }
  });

  it('only merges into tokens that exist', () => {
    const { tokens, merges } = byteVocabulary(2000);
    const known = new Set(tokens);
    for (const merge of merges) {
      const [left = '', right = ''] = merge.split(' ');
      expect([left, right, left + right].every((part) => known.has(part))).toBe(true);
    }
  });
});

describe('writeGguf', () => {
  it('begins with magic, version and counts', async () => {
    const bytes = await write('head.gguf', { shape: TINY });
    expect(bytes.toString('latin1', 0, 4)).toBe('GGUF');
    expect(bytes.readUInt32LE(4)).toBe(3);
    expect(Number(bytes.readBigUInt64LE(8))).toBe(tensorsOf(TINY).length);
  });

  it('stores weights in the size of their type', async () => {
    const sizes = await Promise.all(
      (['f32', 'f16', 'q8_0'] as const).map((weightType) =>
        writeGguf(join(folder, `${weightType}.gguf`), { shape: TINY, weightType }),
      ),
    );
    const [f32 = 0, f16 = 0, q8 = 0] = sizes;
    const weights = parameterCount(TINY);
    expect((f32 - f16) / weights).toBeCloseTo(2, 1);
    expect((f16 - q8) / weights).toBeCloseTo(2 - 34 / 32, 1);
  });

  it('gives the same bytes for the same seed and others for another', async () => {
    const one = await write('one.gguf', { shape: TINY, seed: 1 });
    expect((await write('same.gguf', { shape: TINY, seed: 1 })).equals(one)).toBe(true);
    expect((await write('two.gguf', { shape: TINY, seed: 2 })).equals(one)).toBe(false);
  });

  it('refuses dimensions that llama.cpp would not load', async () => {
    const path = join(folder, 'never.gguf');
    await expect(writeGguf(path, { shape: { ...TINY, embedding: 100 } })).rejects.toThrow(
      'embedding must be a multiple of 32',
    );
    await expect(writeGguf(path, { shape: { ...TINY, vocab: 100 } })).rejects.toThrow('vocab');
  });

  it('writes a header alone with the size of the whole', async () => {
    const path = join(folder, 'header.gguf');
    const size = await writeGgufHeaderOnly(path, { shape: TINY });
    expect(size).toBe((await stat(join(folder, 'q8_0.gguf'))).size);
    expect((await stat(path)).size).toBe(size);
  });
});

describe('writeMalformedGguf', () => {
  it.each(GGUF_FAULTS)('makes a file with the fault %s out of a good one', async (fault) => {
    const good = await write('good.gguf', { shape: TINY });
    const path = join(folder, `${fault}.gguf`);
    await writeMalformedGguf(join(folder, 'good.gguf'), path, fault);
    expect((await readFile(path)).equals(good)).toBe(false);
  });
});

import { MODEL_DIGEST, storedModel } from '../testing/heartbeats.js';
import { chooseModel } from './model-choice.pure.js';

const OTHER = 'abab0000'.padEnd(64, '1');
const STORED = [
  storedModel(),
  storedModel({ digest: OTHER, fileName: 'other.gguf' }),
  storedModel({ digest: null, fileName: 'importing.gguf', state: 'importing' }),
];
const digestOf = (wanted: string): string | null => {
  const choice = chooseModel(wanted, STORED);
  return choice.ok ? choice.model.modelDigest : null;
};

describe('the model that a person means', () => {
  it('is named by its digest, the beginning of it, or its file', () => {
    expect(digestOf(MODEL_DIGEST)).toBe(MODEL_DIGEST);
    expect(digestOf('abab0000')).toBe(OTHER);
    expect(digestOf('tiny.gguf')).toBe(MODEL_DIGEST);
  });

  it('is none when the beginning is too short, or the file still being imported', () => {
    expect(digestOf('abab000')).toBeNull();
    expect(digestOf('importing.gguf')).toBeNull();
  });

  it('is none when two could be meant', () => {
    const twins = [storedModel(), storedModel({ digest: OTHER })];
    expect(chooseModel('tiny.gguf', twins)).toMatchObject({
      ok: false,
      failure: { param: 'model', message: expect.stringContaining('fits 2 models') },
    });
  });

  it('says what there is, and how to get it', () => {
    const choice = chooseModel('nothing.gguf', STORED);
    expect(choice).toMatchObject({ ok: false, failure: { code: 'not_found' } });
    expect(JSON.stringify(choice)).toContain('tiny.gguf, other.gguf. Import one with');
  });

  it('stays the present one by its digest when no machine can be asked', () => {
    const present = { modelDigest: OTHER, modelName: 'other.gguf' };
    expect(chooseModel(OTHER, [], present)).toEqual({ ok: true, model: present });
    expect(chooseModel(OTHER, []).ok).toBe(false);
  });
});

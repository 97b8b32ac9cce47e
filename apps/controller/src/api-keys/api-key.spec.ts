import { hashSecret, mintApiKey, parseApiKey } from './api-key.js';

describe('an API key', () => {
  const minted = mintApiKey();

  it('is recognised, and leads to its public id and secret', () => {
    const parts = parseApiKey(minted.apiKey);
    expect(parts?.publicId).toBe(minted.publicId);
    expect(hashSecret(parts?.secret ?? '')).toBe(minted.secretHash);
    expect(minted.apiKey.endsWith(minted.lastFour)).toBe(true);
  });

  it('is never the same twice', () => {
    expect(mintApiKey().apiKey).not.toBe(minted.apiKey);
  });

  it('is not recognised with any one character changed', () => {
    const { apiKey } = minted;
    for (let at = 0; at < apiKey.length; at += 1) {
      const other = apiKey.charAt(at) === 'x' ? 'y' : 'x';
      expect(parseApiKey(apiKey.slice(0, at) + other + apiKey.slice(at + 1))).toBeNull();
    }
  });

  it.each(['', 'sk-corral-', 'sk-proj-abc', 'x'.repeat(10_000), 'sk-corral-a-b'])(
    'is not %p',
    (text) => expect(parseApiKey(text)).toBeNull(),
  );

  it('does not show its secret in what is stored', () => {
    const secret = parseApiKey(minted.apiKey)?.secret ?? '';
    expect(JSON.stringify({ ...minted, apiKey: '' })).not.toContain(secret);
  });
});

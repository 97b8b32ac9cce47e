import { prefixDigest, type HeldPrompt } from './prefix-digest.pure.js';

function prompt(blocks: number, change: Partial<HeldPrompt> = {}): HeldPrompt {
  const hashes = Array.from({ length: blocks }, (_, n) => n + 1);
  return { hashes, promptTokens: blocks * 10, heldTokens: blocks * 10, ...change };
}

describe('what an engine tells of its cache', () => {
  it('is every block of a prompt that is held with what follows it', () => {
    expect(prefixDigest([prompt(3, { heldTokens: 99 })])).toEqual([[1, 2, 3]]);
  });

  it('leaves out what is not computed yet, and slots that hold nothing', () => {
    expect(prefixDigest([prompt(4, { heldTokens: 25 }), prompt(4, { heldTokens: 9 })])).toEqual([
      [1, 2],
    ]);
    expect(prefixDigest([prompt(0)])).toEqual([]);
  });

  it('is never more than 256 hashes, and has the last of each prompt among them', () => {
    const digest = prefixDigest(Array.from({ length: 7 }, () => prompt(1_000)));
    expect(digest.flat().length).toBeLessThanOrEqual(256);
    expect(digest.map((hashes) => hashes.at(-1))).toEqual(Array(7).fill(1_000));
    expect(digest[0]).toEqual([...new Set(digest[0])].sort((a, b) => a - b));
  });
});

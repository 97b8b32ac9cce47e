import type { Prompt } from '@corral/contracts';
import { BLOCK_CHARACTERS, NO_BLOCKS, prefixBlocksOf } from './prefix-blocks.pure.js';

const SYSTEM = {
  role: 'system' as const,
  content: 'You are a careful reviewer of code. '.repeat(20),
};
const QUESTION = { role: 'user' as const, content: 'What is wrong here? '.repeat(30) };
const ANSWER = { role: 'assistant' as const, content: 'Nothing that I can see.' };

function hashesOf(prompt: Prompt, cacheScope = 'team-a'): readonly number[] {
  return prefixBlocksOf({ prompt, cacheScope }, 1_000).hashes;
}
const chat = (...messages: (typeof SYSTEM | typeof QUESTION | typeof ANSWER)[]): Prompt => ({
  kind: 'chat',
  messages,
});
const text = (length: number, last = 'x'): Prompt => ({
  kind: 'text',
  text: 'x'.repeat(length - 1) + last,
});

describe('the blocks of a prompt', () => {
  it('begin alike for a conversation that goes on', () => {
    const before = hashesOf(chat(SYSTEM, QUESTION));
    const after = hashesOf(chat(SYSTEM, QUESTION, ANSWER, QUESTION));
    expect(before.length).toBeGreaterThan(4);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it('differ from the first difference on', () => {
    const one = hashesOf(text(4 * BLOCK_CHARACTERS));
    const other = hashesOf({ ...text(4 * BLOCK_CHARACTERS), kind: 'text', text: oneChanged() });
    expect(one.map((hash, at) => hash === other[at])).toEqual([true, true, false, false]);
  });

  it('are others in another cache scope', () => {
    const own = hashesOf(chat(SYSTEM), 'team-a');
    expect(hashesOf(chat(SYSTEM), 'team-b').filter((hash) => own.includes(hash))).toEqual([]);
  });

  it('are full ones alone, and have their share of the tokens', () => {
    const prompt = text(2.5 * BLOCK_CHARACTERS);
    const blocks = prefixBlocksOf({ prompt, cacheScope: 'a' }, 250);
    expect([blocks.hashes.length, blocks.blockTokens]).toEqual([2, 100]);
    expect(prefixBlocksOf({ prompt: text(10), cacheScope: 'a' }, 3)).toBe(NO_BLOCKS);
  });

  it('tell apart who said what', () => {
    const user = hashesOf(chat({ ...SYSTEM, role: 'user' } as never));
    expect(user[0]).not.toBe(hashesOf(chat(SYSTEM))[0]);
  });

  it('hardly ever collide', () => {
    const hashes = new Set<number>();
    for (let n = 0; n < 20_000; n += 1) {
      const prompt = { kind: 'text' as const, text: String(n).padEnd(BLOCK_CHARACTERS, 'y') };
      for (const hash of hashesOf(prompt)) hashes.add(hash);
    }
    expect(hashes.size).toBe(20_000);
  });
});

function oneChanged(): string {
  const characters = [...'x'.repeat(4 * BLOCK_CHARACTERS)];
  characters[2 * BLOCK_CHARACTERS] = 'y';
  return characters.join('');
}

/**
 * The beginning of a prompt as chained hashes, so that two prompts that begin alike have their
 * first hashes in common. The controller has no tokenizer: blocks are of characters, of a text in
 * which a conversation that grows only ever gets longer at its end.
 *
 * A hash stands for its block and all before it. It is salted with the cache scope, so nothing can
 * be learned of other teams' prompts. Engines say in the same hashes what they hold. Pure.
 */
import { MAX_PREFIX_HASHES, type GenerationRequest, type Prompt } from '@corral/contracts';

/** About 64 tokens of English: a short system prompt still fills several. */
export const BLOCK_CHARACTERS = 256;

export interface PrefixBlocks {
  /** One per full block, first block first; empty for a prompt shorter than one. */
  hashes: readonly number[];
  /** Tokens in a block, by the estimate of the whole prompt. */
  blockTokens: number;
}

/** No prefix that could be shared. */
export const NO_BLOCKS: PrefixBlocks = { hashes: [], blockTokens: 0 };

/** @param promptTokens of the whole prompt, estimated */
export function prefixBlocksOf(
  { prompt, cacheScope }: Pick<GenerationRequest, 'prompt' | 'cacheScope'>,
  promptTokens: number,
): PrefixBlocks {
  const text = serialise(prompt);
  const count = Math.min(MAX_PREFIX_HASHES, Math.floor(text.length / BLOCK_CHARACTERS));
  if (count === 0) return NO_BLOCKS;
  const chain = new HashChain(cacheScope);
  const hashes: number[] = [];
  for (let block = 0; block < count; block += 1) {
    hashes.push(chain.add(text, block * BLOCK_CHARACTERS, (block + 1) * BLOCK_CHARACTERS));
  }
  return { hashes, blockTokens: (promptTokens * BLOCK_CHARACTERS) / text.length };
}

/** What is added to a conversation is added at the end. */
function serialise(prompt: Prompt): string {
  switch (prompt.kind) {
    case 'chat':
      return prompt.messages.map(({ role, content }) => `${role}\n${content}\0`).join('');
    case 'text':
      return prompt.text;
    case 'infill':
      return `${prompt.prefix}\0${prompt.suffix}`;
    case 'tokens':
      return prompt.tokens.join(' ');
  }
}

/**
 * cyrb53 (bryc, public domain), kept running from block to block; 53 bits, so that a number holds
 * it. Not cryptographic: a collision costs a wrong guess about a cache, and engines compare tokens.
 */
class HashChain {
  private high = 0xdeadbeef;
  private low = 0x41c6ce57;

  constructor(salt: string) {
    this.add(`${salt}\0`, 0, salt.length + 1);
  }

  /** Takes `text[from .. to)`; gives the hash of all that was taken so far. */
  add(text: string, from: number, to: number): number {
    let { high, low } = this;
    for (let at = from; at < to; at += 1) {
      const code = text.charCodeAt(at);
      high = Math.imul(high ^ code, 2_654_435_761);
      low = Math.imul(low ^ code, 1_597_334_677);
    }
    this.high = high;
    this.low = low;
    const mixedHigh = mix(high, low);
    const mixedLow = mix(low, high);
    return 4_294_967_296 * (2_097_151 & mixedLow) + (mixedHigh >>> 0);
  }
}

function mix(one: number, other: number): number {
  return (
    Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  );
}

/**
 * What the slots hold, for whoever sends prompts here: of each, the hashes of its prompt's blocks
 * that are in the cache. All together are few; of a long prompt every n-th is told, and its last.
 * A hash stands for all blocks before it, so gaps lose little. Pure.
 */

/** Hashes in one digest at most: it travels with every heartbeat. */
const DIGEST_HASHES = 256;

/** A prompt in a slot. */
export interface HeldPrompt {
  /** One per block, first block first. */
  hashes: readonly number[];
  /** Tokens of the prompt. */
  promptTokens: number;
  /** Tokens that the slot holds, of the prompt and of what follows it. */
  heldTokens: number;
}

/** A list per slot that holds a block at least. */
export function prefixDigest(prompts: readonly HeldPrompt[]): number[][] {
  const held = prompts.map(heldHashes).filter(({ length }) => length > 0);
  const each = Math.max(1, Math.floor(DIGEST_HASHES / Math.max(1, held.length)));
  return held.map((hashes) => thinned(hashes, each));
}

/** Blocks are of characters, and taken to have as many tokens each. */
function heldHashes({ hashes, promptTokens, heldTokens }: HeldPrompt): readonly number[] {
  if (heldTokens >= promptTokens) return hashes;
  return hashes.slice(0, Math.floor((hashes.length * heldTokens) / promptTokens));
}

function thinned(hashes: readonly number[], count: number): number[] {
  if (hashes.length <= count) return [...hashes];
  return Array.from({ length: count }, (_, n) => {
    const at = Math.ceil(((n + 1) * hashes.length) / count) - 1;
    return hashes[at] ?? 0;
  });
}

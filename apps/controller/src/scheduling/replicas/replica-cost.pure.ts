/**
 * What sending a generation to a replica costs, in milliseconds: the prefill of what its cache does
 * not have, the prefill that is ahead of it there, and its own decoding beside the batch that runs.
 * A cached prefix is worth what it saves and nothing more, so affinity cannot starve anybody.
 * Compare Dynamo's router, which weighs blocks, and llm-d's scorers. Pure.
 */
import type { PrefixBlocks } from '../prefixes/prefix-blocks.pure.js';
import type { ReplicaLoad } from './replica-load.pure.js';

export interface Need extends PrefixBlocks {
  promptTokens: number;
  /** Tokens that the answer is expected to have. */
  outputTokens: number;
}

export interface ReplicaCost {
  /** Of the prompt's blocks, in its cache. */
  heldBlocks: number;
  /** Of the prompt, by estimate. */
  cachedTokens: number;
  prefillMs: number;
  backlogMs: number;
  decodeMs: number;
  /** What replicas are compared by: the sum, where prefill counts more the more are waiting. */
  totalMs: number;
}

/** Prompts are computed in chunks of about this many tokens, beside a token of every stream. */
const CHUNK_TOKENS = 512;

/**
 * What is computed again while others wait makes them wait, too: so many of them when nobody is
 * free. Found by simulation: less finds less in caches, more crowds them at low load.
 */
const KEPT_WAITING = 4;

/**
 * @param heldBlocks blocks of the prompt that the replica has in its cache
 * @param crowding share of the replicas that have no room, 0 to 1
 */
export function costOf(
  entry: ReplicaLoad,
  need: Need,
  heldBlocks: number,
  crowding: number,
): ReplicaCost {
  const cachedTokens = Math.min(need.promptTokens, Math.round(heldBlocks * need.blockTokens));
  const perTokenMs = prefillMsPerToken(entry);
  const prefillMs = (need.promptTokens - cachedTokens) * perTokenMs;
  const backlogMs = entry.backlogTokens * perTokenMs;
  const decodeMs = need.outputTokens * msPerOutputToken(entry, entry.load + 1);
  const totalMs = (1 + KEPT_WAITING * crowding) * prefillMs + backlogMs + decodeMs;
  return { heldBlocks, cachedTokens, prefillMs, backlogMs, decodeMs, totalMs };
}

/** How long its prompts have to wait for what it was sent already. */
export function backlogMsOf(entry: ReplicaLoad): number {
  return entry.backlogTokens * prefillMsPerToken(entry);
}

function prefillMsPerToken({ speed, load }: ReplicaLoad): number {
  return speed.perPromptTokenMs + (speed.stepMs + speed.perStreamMs * load) / CHUNK_TOKENS;
}

function msPerOutputToken({ speed }: ReplicaLoad, streams: number): number {
  return speed.stepMs + speed.perStreamMs * streams;
}

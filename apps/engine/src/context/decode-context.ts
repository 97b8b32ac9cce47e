/**
 * The port between the step loop and whatever decodes: the native context, the public API of
 * node-llama-cpp as a fall-back, or a fake. One call is one step of all running sequences, since
 * that is the unit in which a batch is decoded.
 */
import type { SamplingPlan } from './sampling.js';

/** Tokens that one sequence contributes to a step. */
export interface BatchEntry {
  /** The sequence, 0 to slots - 1. */
  readonly slot: number;
  /** Place of the first token in the sequence; everything before it is in the KV cache. */
  readonly position: number;
  /** At least one. */
  readonly tokens: Uint32Array;
  /** Draws the token that follows the last one; null while more of the prompt is to come. */
  readonly sampler: TokenSampler | null;
}

/** A log-probability of the model's own distribution, before penalties, bias and temperature. */
export interface RawLogprob {
  token: number;
  logprob: number;
}

export interface SampledToken {
  token: number;
  /** The token's own, then the most likely ones, best first; null unless asked for. */
  logprobs: { own: number; top: RawLogprob[] } | null;
}

/**
 * A grammar that the context's library has parsed, shared by all generations that it holds. Opaque:
 * it is only handed back to the context that made it.
 */
export interface TokenGrammar {
  /** The grammar in llama.cpp's GBNF. */
  readonly text: string;
}

export interface GrammarCompiler {
  /** Parses GBNF whose first rule is `root`; null when it is not valid, or recurs to the left. */
  compile(text: string): TokenGrammar | null;
}

/** The sampling state of one generation. */
export interface TokenSampler {
  /**
   * Prepares the draw of generated token number `index` (from 0) after `generated`. Must be called
   * before each step that uses the sampler.
   */
  aim(index: number, generated: readonly number[]): void;
  dispose(): void;
}

export interface DecodeContext {
  readonly api: 'native' | 'public';
  /** Sequences. */
  readonly slots: number;
  /** Tokens that one sequence can hold. */
  readonly contextTokens: number;
  /** Tokens of one step at most, all entries together; at least `slots`. */
  readonly batchTokens: number;
  /** A sequence may be cut back to a prefix and continued. False for recurrent models. */
  readonly reusesPrefixes: boolean;
  /** `copy` is there. */
  readonly copiesSequences: boolean;

  /** Holds generations to grammars; null where that cannot be done. */
  readonly grammars: GrammarCompiler | null;

  /**
   * `grammar`: only tokens that it allows are drawn, and the end of generation only where it is
   * complete; default: any token. The tokens of the first `aim` count as text that it has read. When
   * it allows no token at all, the draw gives -1.
   */
  openSampler(plan: SamplingPlan, grammar?: TokenGrammar | null): TokenSampler;
  /**
   * Decodes the entries, in ascending slot order and at most one per slot, and samples.
   * Gives one result per entry, null where no sampler was given. Rejects when the decode failed;
   * the sequences of the entries are then in an unknown state and must be cut to 0.
   */
  step(entries: readonly BatchEntry[]): Promise<(SampledToken | null)[]>;
  /** Forgets everything from place `length` on. False: not possible, cut to 0 instead. */
  truncate(slot: number, length: number): Promise<boolean>;
  /** Makes `target` hold what `source` holds. Either may be part of the next step. */
  copy(target: number, source: number): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * The calls of node-llama-cpp's addon that its public API does not offer, with our own types.
 * They are looked up by name at start-up: a release that moves one of them costs speed (the
 * public API takes over), never a crash.
 */
import type { LlamaContext } from 'node-llama-cpp';
import type { SamplerConfig } from './sampling.js';

/** How far one generation has come in a grammar. */
export type NativeGrammarState = object;

export interface NativeSampler {
  applyConfig(config: SamplerConfig & { grammarEvaluationState?: NativeGrammarState }): void;
  dispose(): void;
}

/** `[filter, includeMax, includeMin, includeSelected, top]`: which logits are reported. */
export type LogitsFilter = [number[], boolean, boolean, boolean, number];

export interface NativeDecoder {
  initBatch(tokenCount: number): void;
  /** Gives one row per entry of `logitIndexes`, to be sampled from after the decode. */
  addToBatch(
    sequence: number,
    firstPosition: number,
    tokens: Uint32Array,
    logitIndexes: Uint32Array,
  ): Uint32Array;
  decodeBatch(): Promise<void>;
  /** The token, or -1 when no token is possible. */
  sampleToken(row: number, sampler: NativeSampler): Promise<number>;
  /** `[token, , , logits as token-value pairs, sum of exp(logit - highest logit)]`. */
  sampleToken(
    row: number,
    sampler: NativeSampler,
    probabilities: boolean,
    confidence: boolean,
    logits: LogitsFilter,
    totalLogitWeight: boolean,
  ): Promise<[number, unknown, unknown, number[] | undefined, number | undefined]>;
  removeTokenCellsFromSequence(sequence: number, from: number, to: number): boolean;
  copySequenceStateFromOtherSequence(target: number, source: number): Promise<number>;
  setThreads(threads: number): void;
}

export interface NativeGrammars {
  /** Throws when the text is no grammar. */
  parse(text: string): object;
  /** The state before the first token, of a grammar that `parse` gave. */
  openState(grammar: object): NativeGrammarState;
  /** Moves a state on by a token; throws when the grammar does not allow it there. */
  accept(state: NativeGrammarState, token: number): void;
}

export interface NativeSurface {
  decoder: NativeDecoder;
  openSampler(): NativeSampler;
  /** Null when a call for it is not there: everything else works without. */
  grammars: NativeGrammars | null;
}

/** Every method that must be there, as a value that can be checked at run time. */
export const DECODER_METHODS = [
  'initBatch',
  'addToBatch',
  'decodeBatch',
  'sampleToken',
  'removeTokenCellsFromSequence',
  'copySequenceStateFromOtherSequence',
  'setThreads',
] as const satisfies readonly (keyof NativeDecoder)[];

export type NativeSurfaceLookup =
  | { found: true; surface: NativeSurface }
  /** Names of what is missing, to be logged. */
  | { found: false; missing: string[] };

/** Looks the internal calls up on a loaded context. Never throws. */
export function findNativeSurface(context: LlamaContext): NativeSurfaceLookup {
  const decoder: unknown = Reflect.get(context, '_ctx');
  const model: unknown = Reflect.get(context.model, '_model');
  const bindings: unknown = Reflect.get(context.model.llama, '_bindings');
  const Sampler: unknown = isObject(bindings) ? bindings['AddonSampler'] : undefined;

  const missing: string[] = [];
  for (const method of DECODER_METHODS) {
    if (!isObject(decoder) || typeof decoder[method] !== 'function') missing.push(method);
  }
  if (!isObject(model)) missing.push('model');
  if (!isSamplerClass(Sampler)) missing.push('AddonSampler');
  if (missing.length > 0 || !isSamplerClass(Sampler)) return { found: false, missing };

  return {
    found: true,
    surface: {
      decoder: decoder as NativeDecoder,
      openSampler: () => new Sampler(model),
      grammars: findGrammars(bindings, model),
    },
  };
}

function findGrammars(bindings: unknown, model: unknown): NativeGrammars | null {
  if (!isObject(bindings)) return null;
  const { AddonGrammar: Grammar, AddonGrammarEvaluationState: State } = bindings;
  const Sampler = bindings['AddonSampler'];
  if (!isClass(Grammar) || !isClass(State) || !isClass(Sampler)) return null;
  const accept: unknown = Reflect.get(Sampler, 'acceptGrammarEvaluationStateToken');
  if (typeof accept !== 'function') return null;
  return {
    parse: (text) => new Grammar(text, { addonExports: bindings, rootRuleName: 'root' }),
    openState: (grammar) => new State(model, grammar),
    accept: (state, token) => void Reflect.apply(accept, Sampler, [state, token]),
  };
}

function isClass(value: unknown): value is new (...args: unknown[]) => object {
  return typeof value === 'function' && isObject(value.prototype);
}

type SamplerClass = new (model: unknown) => NativeSampler;

function isSamplerClass(value: unknown): value is SamplerClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return isObject(prototype) && ['applyConfig', 'dispose'].every((name) => name in prototype);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

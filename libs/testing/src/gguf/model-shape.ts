/**
 * The dimensions of a random-weight llama model, and the sizes that tests and benchmarks use.
 * The speed of an engine depends on the dimensions alone, so random weights measure it truly.
 */

/** How the weight matrices are stored. Norms are always f32, as llama.cpp expects. */
export type WeightType = 'f32' | 'f16' | 'q8_0';

/**
 * Dimensions of a llama-architecture model. Heads (`embedding / heads`) should be 64 wide or a
 * multiple: the vector code of a CPU with AVX-512 takes 64 f16 values at once and handles narrower
 * heads one value at a time, which makes attention some ten times slower.
 */
export interface ModelShape {
  /** Transformer blocks, 1 or more. */
  layers: number;
  /** Width of the residual stream; a multiple of 32 and of `heads`. */
  embedding: number;
  /** Attention heads; a multiple of `kvHeads`. */
  heads: number;
  /** Key and value heads (grouped-query attention when fewer than `heads`). */
  kvHeads: number;
  /** Width of the feed-forward layer; a multiple of 32. */
  ffn: number;
  /** Exact number of tokens, 300 or more: 256 bytes and the special tokens must fit. */
  vocab: number;
  /** Longest context that the model claims to be trained for. */
  contextTokens: number;
}

/** About 0.9 million parameters: loads in some ten milliseconds. */
export const TINY: ModelShape = {
  layers: 4,
  embedding: 128,
  heads: 2,
  kvHeads: 1,
  ffn: 256,
  vocab: 1024,
  contextTokens: 2048,
};

/** About 6 million parameters, the size of the bundled model. */
export const M5: ModelShape = {
  layers: 6,
  embedding: 256,
  heads: 4,
  kvHeads: 4,
  ffn: 704,
  vocab: 2048,
  contextTokens: 4096,
};

/** About 100 million parameters: large enough that a decode step outweighs everything else. */
export const M100: ModelShape = {
  layers: 12,
  embedding: 768,
  heads: 12,
  kvHeads: 4,
  ffn: 2048,
  vocab: 16384,
  contextTokens: 8192,
};

/** One tensor of the file: its name and its dimensions, fastest-varying first, as GGUF has them. */
export interface TensorShape {
  name: string;
  dims: number[];
}

/** Every tensor of the model, in file order. */
export function tensorsOf(shape: ModelShape): TensorShape[] {
  const { embedding, ffn, vocab } = shape;
  const kvWidth = (embedding / shape.heads) * shape.kvHeads;
  const block = (index: number): TensorShape[] =>
    [
      { name: 'attn_norm', dims: [embedding] },
      { name: 'attn_q', dims: [embedding, embedding] },
      { name: 'attn_k', dims: [embedding, kvWidth] },
      { name: 'attn_v', dims: [embedding, kvWidth] },
      { name: 'attn_output', dims: [embedding, embedding] },
      { name: 'ffn_norm', dims: [embedding] },
      { name: 'ffn_gate', dims: [embedding, ffn] },
      { name: 'ffn_up', dims: [embedding, ffn] },
      { name: 'ffn_down', dims: [ffn, embedding] },
    ].map(({ name, dims }) => ({ name: `blk.${index}.${name}.weight`, dims }));
  return [
    { name: 'token_embd.weight', dims: [embedding, vocab] },
    ...Array.from({ length: shape.layers }, (_, index) => block(index)).flat(),
    { name: 'output_norm.weight', dims: [embedding] },
    { name: 'output.weight', dims: [embedding, vocab] },
  ];
}

/** Weights of the model, embeddings included. */
export function parameterCount(shape: ModelShape): number {
  return tensorsOf(shape).reduce(
    (sum, tensor) => sum + tensor.dims.reduce((product, dim) => product * dim, 1),
    0,
  );
}

/** Throws a RangeError that names the first dimension that llama.cpp would not load. */
export function assertLoadable(shape: ModelShape): void {
  const faults: [boolean, string][] = [
    [shape.layers < 1, 'layers must be at least 1'],
    [shape.embedding % 32 !== 0, 'embedding must be a multiple of 32'],
    [shape.ffn % 32 !== 0, 'ffn must be a multiple of 32'],
    [shape.embedding % shape.heads !== 0, 'embedding must be a multiple of heads'],
    [shape.heads % shape.kvHeads !== 0, 'heads must be a multiple of kvHeads'],
    [(shape.embedding / shape.heads) % 2 !== 0, 'the width of a head must be even'],
    [shape.vocab < 300, 'vocab must be at least 300'],
    [shape.contextTokens < 1, 'contextTokens must be at least 1'],
  ];
  const fault = faults.find(([bad]) => bad);
  if (fault) throw new RangeError(fault[1]);
}

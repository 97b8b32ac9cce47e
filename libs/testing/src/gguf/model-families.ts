/**
 * The dimensions of well-known models, by their own published config.json on Hugging Face, and the
 * tensors of their GGUF files: for tests of what such models need, without a byte of their weights.
 */
import type { TensorShape } from './model-shape.js';
import type { TensorType } from './gguf-encoding.js';

/** How a published file stores its weights. */
export type Quantization = 'Q4_K_M' | 'Q8_0';

export interface ModelFamily {
  name: string;
  /** `general.architecture`. */
  architecture: 'llama' | 'qwen2' | 'gemma' | 'deepseek2';
  layers: number;
  embedding: number;
  heads: number;
  kvHeads: number;
  /** Width of a head; default `embedding / heads`. */
  headWidth?: number;
  ffn: number;
  vocab: number;
  contextTokens: number;
  /** The output layer is the token embeddings. */
  tied?: boolean;
  /** Mixture of experts. */
  experts?: { count: number; used: number; ffn: number; shared: number; denseLayers: number };
  /** Multi-head latent attention (DeepSeek V2). */
  latent?: { kvRank: number; nopeWidth: number; ropeWidth: number; valueWidth: number };
  /** Size of the published Q4_K_M file, GB; null: the files that there are use an older mixture. */
  publishedQ4Gb: number | null;
}

/** Sources: config.json of the repositories named. Sizes: TheBloke's, bartowski's or Qwen's GGUF files. */
export const MODEL_FAMILIES: readonly ModelFamily[] = [
  // meta-llama/Meta-Llama-3-8B, -70B
  llama('Llama 3 8B', [32, 4096, 32, 8, 14_336, 128_256, 8_192], 4.92),
  llama('Llama 3 70B', [80, 8192, 64, 8, 28_672, 128_256, 8_192], 42.52),
  // mistralai/Mistral-7B-v0.1 and Mixtral-8x7B-v0.1
  llama('Mistral 7B', [32, 4096, 32, 8, 14_336, 32_000, 32_768], 4.37),
  {
    ...llama('Mixtral 8x7B', [32, 4096, 32, 8, 14_336, 32_000, 32_768], null),
    experts: { count: 8, used: 2, ffn: 14_336, shared: 0, denseLayers: 0 },
  },
  // codellama/CodeLlama-7b-hf, -13b-hf, -34b-hf
  llama('Code Llama 7B', [32, 4096, 32, 32, 11_008, 32_016, 16_384], 4.08),
  llama('Code Llama 13B', [40, 5120, 40, 40, 13_824, 32_016, 16_384], 7.87),
  llama('Code Llama 34B', [48, 8192, 64, 8, 22_016, 32_000, 16_384], 20.22),
  // google/codegemma-7b
  {
    ...llama('CodeGemma 7B', [28, 3072, 16, 16, 24_576, 256_000, 8_192], 5.33),
    architecture: 'gemma',
    headWidth: 256,
    tied: true,
  },
  // deepseek-ai/deepseek-coder-6.7b-base, DeepSeek-Coder-V2-Lite-Base
  llama('DeepSeek Coder 6.7B', [32, 4096, 32, 32, 11_008, 32_256, 16_384], 4.08),
  {
    ...llama('DeepSeek Coder V2 Lite', [27, 2048, 16, 16, 10_944, 102_400, 163_840], 10.36),
    architecture: 'deepseek2',
    experts: { count: 64, used: 6, ffn: 1_408, shared: 2, denseLayers: 1 },
    latent: { kvRank: 512, nopeWidth: 128, ropeWidth: 64, valueWidth: 128 },
  },
  // Qwen/Qwen2.5-Coder-7B, -32B
  {
    ...llama('Qwen2.5-Coder 7B', [28, 3584, 28, 4, 18_944, 152_064, 32_768], 4.68),
    architecture: 'qwen2',
  },
  {
    ...llama('Qwen2.5-Coder 32B', [64, 5120, 40, 8, 27_648, 152_064, 32_768], 19.85),
    architecture: 'qwen2',
  },
];

function llama(
  name: string,
  dims: [number, number, number, number, number, number, number],
  publishedQ4Gb: number | null,
): ModelFamily {
  const [layers, embedding, heads, kvHeads, ffn, vocab, contextTokens] = dims;
  const architecture = 'llama';
  return {
    name,
    architecture,
    layers,
    embedding,
    heads,
    kvHeads,
    ffn,
    vocab,
    contextTokens,
    publishedQ4Gb,
  };
}

export type TypedTensor = TensorShape & { type: TensorType };

/** Every tensor of the file, in file order, with its type. */
export function familyTensors(family: ModelFamily, quantization: Quantization): TypedTensor[] {
  const { embedding, vocab, tied = false } = family;
  const shapes: TensorShape[] = [
    { name: 'token_embd.weight', dims: [embedding, vocab] },
    ...Array.from({ length: family.layers }, (_, index) => blockTensors(family, index)).flat(),
    { name: 'output_norm.weight', dims: [embedding] },
    ...(tied ? [] : [{ name: 'output.weight', dims: [embedding, vocab] }]),
  ];
  return shapes.map((tensor) => ({ ...tensor, type: typeOf(tensor, family, quantization) }));
}

function blockTensors(family: ModelFamily, index: number): TensorShape[] {
  const tensors = [...attentionTensors(family), ...feedForwardTensors(family, index)];
  return tensors.map(({ name, dims }) => ({ name: `blk.${index}.${name}`, dims }));
}

function attentionTensors(family: ModelFamily): TensorShape[] {
  const { embedding, heads, kvHeads, latent } = family;
  const norms = ['attn_norm.weight', 'ffn_norm.weight'].map((name) => ({
    name,
    dims: [embedding],
  }));
  if (latent !== undefined) {
    const { kvRank, nopeWidth, ropeWidth, valueWidth } = latent;
    return [
      ...norms,
      { name: 'attn_q.weight', dims: [embedding, heads * (nopeWidth + ropeWidth)] },
      { name: 'attn_kv_a_mqa.weight', dims: [embedding, kvRank + ropeWidth] },
      { name: 'attn_kv_a_norm.weight', dims: [kvRank] },
      { name: 'attn_kv_b.weight', dims: [kvRank, heads * (nopeWidth + valueWidth)] },
      { name: 'attn_output.weight', dims: [heads * valueWidth, embedding] },
    ];
  }
  const headWidth = family.headWidth ?? embedding / heads;
  const widths: [string, number][] = [
    ['attn_q', heads * headWidth],
    ['attn_k', kvHeads * headWidth],
    ['attn_v', kvHeads * headWidth],
  ];
  return [
    ...norms,
    ...widths.map(([name, width]) => ({ name: `${name}.weight`, dims: [embedding, width] })),
    ...(family.architecture === 'qwen2'
      ? widths.map(([name, width]) => ({ name: `${name}.bias`, dims: [width] }))
      : []),
    { name: 'attn_output.weight', dims: [heads * headWidth, embedding] },
  ];
}

function feedForwardTensors(family: ModelFamily, index: number): TensorShape[] {
  const { embedding, experts } = family;
  const dense = (suffix: string, ffn: number): TensorShape[] => [
    { name: `ffn_gate${suffix}.weight`, dims: [embedding, ffn] },
    { name: `ffn_up${suffix}.weight`, dims: [embedding, ffn] },
    { name: `ffn_down${suffix}.weight`, dims: [ffn, embedding] },
  ];
  if (experts === undefined || index < experts.denseLayers) return dense('', family.ffn);
  const { count, ffn, shared } = experts;
  return [
    { name: 'ffn_gate_inp.weight', dims: [embedding, count] },
    ...dense('_exps', ffn).map(({ name, dims }) => ({ name, dims: [...dims, count] })),
    ...(shared > 0 ? dense('_shexp', ffn * shared) : []),
  ];
}

/**
 * llama.cpp's mixture for Q4_K_M (src/llama-quant.cpp): values and the way down in 6 bits in the
 * outer eighths of the layers and in every third between; a row that is no multiple of 256 falls
 * back to Q8_0 or Q5_0.
 */
function typeOf(
  { name, dims }: TensorShape,
  { layers, experts, tied, heads, kvHeads }: ModelFamily,
  quantization: Quantization,
): TensorType {
  if (dims.length === 1 || name.includes('ffn_gate_inp')) return 'f32';
  if (quantization === 'Q8_0') return 'q8_0';
  if (name === 'output.weight' || (name === 'token_embd.weight' && tied === true)) return 'q6_k';
  const layer = Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0);
  const isOuter = layer < layers / 8 || layer >= (7 * layers) / 8;
  const wantsMore = isOuter || (layer - Math.floor(layers / 8)) % 3 === 2;
  if (/attn_[kv]\.weight$/.test(name) && experts?.count === 8) return 'q8_0';
  if (name.endsWith('attn_v.weight')) {
    if (wantsMore) return 'q6_k';
    return layers === 80 && heads !== kvHeads ? 'q5_k' : 'q4_k';
  }
  if (name.includes('ffn_down') && wantsMore) return (dims[0] ?? 0) % 256 === 0 ? 'q6_k' : 'q8_0';
  return (dims[0] ?? 0) % 256 === 0 ? 'q4_k' : 'q5_0';
}

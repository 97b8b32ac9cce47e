/**
 * Writes random-weight llama models that llama.cpp loads like any other: for tests, and for
 * benchmarks, since speed does not depend on the values. Streams to disk, so any size works.
 */
import { open } from 'node:fs/promises';
import { byteVocabulary, CHATML_TEMPLATE, SPECIAL_TOKENS } from './byte-vocabulary.js';
import { aligned, encodeHeader, placeTensors, type GgufValue } from './gguf-encoding.js';
import { assertLoadable, tensorsOf, type ModelShape, type WeightType } from './model-shape.js';
import { randomTensor, xorshift32 } from './random-weights.js';

export interface GgufOptions {
  shape: ModelShape;
  /** Default `q8_0`. */
  weightType?: WeightType;
  /** The same seed gives the same bytes. Default 1. */
  seed?: number;
  /** `general.name`. Default `random`. */
  name?: string;
  /** Default ChatML; null writes a model without a template. */
  chatTemplate?: string | null;
  /** The model has fill-in-the-middle tokens. Default true. */
  infill?: boolean;
}

/** Writes a whole model; the file is complete when the promise resolves. Gives its size in bytes. */
export async function writeGguf(path: string, options: GgufOptions): Promise<number> {
  const { header, tensors, vocabulary } = layoutOf(options);
  const random = xorshift32(options.seed ?? 1);
  const specialRows = new Set(SPECIAL_TOKENS.map((token) => vocabulary.idOf(token.text)));
  const none = new Set<number>();
  const file = await open(path, 'w');
  try {
    await file.write(header);
    for (const tensor of tensors) {
      const zeroRows = tensor.name === 'output.weight' ? specialRows : none;
      for (const chunk of randomTensor(tensor, random, zeroRows)) await file.write(chunk);
      await file.write(Buffer.alloc(aligned(tensor.sizeBytes) - tensor.sizeBytes));
    }
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/**
 * Writes the header of a model and leaves its weights a hole: the file has its full nominal size,
 * takes hardly any disk and can stand for a model of hundreds of gigabytes. Gives that size.
 */
export async function writeGgufHeaderOnly(path: string, options: GgufOptions): Promise<number> {
  const { header, dataBytes } = layoutOf(options);
  const file = await open(path, 'w');
  try {
    await file.write(header);
    await file.truncate(header.length + dataBytes);
    return header.length + dataBytes;
  } finally {
    await file.close();
  }
}

function layoutOf(options: GgufOptions) {
  assertLoadable(options.shape);
  const vocabulary = byteVocabulary(options.shape.vocab, options.infill);
  const tensors = placeTensors(tensorsOf(options.shape), options.weightType ?? 'q8_0');
  const last = tensors.at(-1);
  const dataBytes = last ? last.offsetBytes + aligned(last.sizeBytes) : 0;
  const metadata = metadataOf(options, vocabulary);
  return { header: encodeHeader(metadata, tensors), tensors, vocabulary, dataBytes };
}

function metadataOf(
  { shape, name = 'random', chatTemplate = CHATML_TEMPLATE, infill = true }: GgufOptions,
  vocabulary: ReturnType<typeof byteVocabulary>,
): Map<string, GgufValue> {
  const count = (value: number): GgufValue => ({ type: 'uint32', value });
  const text = (value: string): GgufValue => ({ type: 'string', value });
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', text('llama')],
    ['general.name', text(name)],
    ['llama.block_count', count(shape.layers)],
    ['llama.context_length', count(shape.contextTokens)],
    ['llama.embedding_length', count(shape.embedding)],
    ['llama.feed_forward_length', count(shape.ffn)],
    ['llama.attention.head_count', count(shape.heads)],
    ['llama.attention.head_count_kv', count(shape.kvHeads)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
    ['llama.rope.dimension_count', count(shape.embedding / shape.heads)],
    ['llama.vocab_size', count(shape.vocab)],
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('gpt-2')],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: vocabulary.tokens }],
    ['tokenizer.ggml.token_type', { type: 'int32[]', value: vocabulary.types }],
    ['tokenizer.ggml.merges', { type: 'string[]', value: vocabulary.merges }],
    ['tokenizer.ggml.bos_token_id', count(vocabulary.idOf('<|endoftext|>'))],
    ['tokenizer.ggml.eos_token_id', count(vocabulary.idOf('<|im_end|>'))],
    ['tokenizer.ggml.padding_token_id', count(vocabulary.idOf('<|pad|>'))],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
  ]);
  if (infill) {
    metadata.set('tokenizer.ggml.fim_pre_token_id', count(vocabulary.idOf('<|fim_prefix|>')));
    metadata.set('tokenizer.ggml.fim_suf_token_id', count(vocabulary.idOf('<|fim_suffix|>')));
    metadata.set('tokenizer.ggml.fim_mid_token_id', count(vocabulary.idOf('<|fim_middle|>')));
  }
  if (chatTemplate !== null) metadata.set('tokenizer.chat_template', text(chatTemplate));
  return metadata;
}

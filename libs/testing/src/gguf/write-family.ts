/** Writes what a well-known model's file begins with; its weights are a hole. */
import { open } from 'node:fs/promises';
import { byteVocabulary } from './byte-vocabulary.js';
import { aligned, encodeHeader, placeTypedTensors, type GgufValue } from './gguf-encoding.js';
import { familyTensors, type ModelFamily, type Quantization } from './model-families.js';

/**
 * The header with the model's own dimensions and a made-up vocabulary of the right size. The file
 * has its full nominal size, which it gives, and takes a few megabytes of disk.
 */
export async function writeFamilyHeader(
  path: string,
  family: ModelFamily,
  quantization: Quantization,
): Promise<number> {
  const tensors = placeTypedTensors(familyTensors(family, quantization));
  const last = tensors.at(-1);
  const dataBytes = last ? last.offsetBytes + aligned(last.sizeBytes) : 0;
  const header = encodeHeader(metadataOf(family), tensors);
  const file = await open(path, 'w');
  try {
    await file.write(header);
    await file.truncate(header.length + dataBytes);
    return header.length + dataBytes;
  } finally {
    await file.close();
  }
}

function metadataOf(family: ModelFamily): Map<string, GgufValue> {
  const { architecture: name, experts, latent } = family;
  const vocabulary = byteVocabulary(family.vocab);
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: name }],
    ['general.name', { type: 'string', value: family.name }],
  ]);
  const counts: [string, number | undefined][] = [
    ['block_count', family.layers],
    ['context_length', family.contextTokens],
    ['embedding_length', family.embedding],
    ['feed_forward_length', family.ffn],
    ['attention.head_count', family.heads],
    ['attention.head_count_kv', family.kvHeads],
    ['vocab_size', family.vocab],
    ['attention.key_length', latent ? latent.nopeWidth + latent.ropeWidth : family.headWidth],
    ['attention.value_length', latent ? latent.valueWidth : family.headWidth],
    ['attention.kv_lora_rank', latent?.kvRank],
    ['rope.dimension_count', latent?.ropeWidth],
    ['expert_count', experts?.count],
    ['expert_used_count', experts?.used],
    ['expert_feed_forward_length', latent && experts?.ffn],
    ['expert_shared_count', latent && experts?.shared],
    ['leading_dense_block_count', latent && experts?.denseLayers],
  ];
  for (const [key, value] of counts) {
    if (value !== undefined) metadata.set(`${name}.${key}`, { type: 'uint32', value });
  }
  const epsilon = `${name}.attention.layer_norm_rms_epsilon`;
  metadata.set(epsilon, { type: 'float32', value: 1e-6 });
  if (latent) metadata.set(`${name}.expert_weights_scale`, { type: 'float32', value: 1 });
  metadata.set('tokenizer.ggml.model', { type: 'string', value: 'gpt2' });
  metadata.set('tokenizer.ggml.pre', { type: 'string', value: 'gpt-2' });
  metadata.set('tokenizer.ggml.tokens', { type: 'string[]', value: vocabulary.tokens });
  metadata.set('tokenizer.ggml.token_type', { type: 'int32[]', value: vocabulary.types });
  metadata.set('tokenizer.ggml.merges', { type: 'string[]', value: vocabulary.merges });
  return metadata;
}

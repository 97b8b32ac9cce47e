/** A few hundred bytes that are a valid GGUF file, with every part open to change. */
type Value =
  | { type: 'u32'; value: number }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: string[] };

export interface TinyGguf {
  version: number;
  keys: [name: string, value: Value][];
  tensors: { name: string; dimensions: number[]; type: number; offset: number }[];
  dataBytes: number;
}

export const TINY_GGUF: TinyGguf = {
  version: 3,
  keys: [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.name', { type: 'string', value: 'Tiny' }],
    ['general.license', { type: 'string', value: 'apache-2.0' }],
    ['llama.context_length', { type: 'u32', value: 2048 }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: ['a', 'b', 'c'] }],
    ['tokenizer.chat_template', { type: 'string', value: '{{ messages }}' }],
  ],
  tensors: [
    { name: 'token_embd.weight', dimensions: [32, 3], type: 8, offset: 0 },
    { name: 'output_norm.weight', dimensions: [32], type: 0, offset: 128 },
  ],
  dataBytes: 256,
};

/** The file's bytes, and where its header ends. */
export function ggufBytes(file: TinyGguf): { bytes: Buffer; headerBytes: number } {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(file.version)];
  parts.push(u64(file.tensors.length), u64(file.keys.length));
  for (const [name, value] of file.keys) parts.push(text(name), encode(value));
  for (const { name, dimensions, type, offset } of file.tensors) {
    parts.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset));
  }
  const header = Buffer.concat(parts);
  const dataOffset = Math.ceil(header.length / 32) * 32;
  const rest = Buffer.alloc(dataOffset - header.length + file.dataBytes);
  return { bytes: Buffer.concat([header, rest]), headerBytes: header.length };
}

function encode(value: Value): Buffer {
  if (value.type === 'u32') return Buffer.concat([u32(4), u32(value.value)]);
  if (value.type === 'string') return Buffer.concat([u32(8), text(value.value)]);
  return Buffer.concat([u32(9), u32(8), u64(value.value.length), ...value.value.map(text)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

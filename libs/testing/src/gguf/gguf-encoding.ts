/** The bytes of a GGUF version 3 header. Little-endian throughout. */
import type { TensorShape, WeightType } from './model-shape.js';

/** Tensor data and each tensor in it start at multiples of this many bytes. */
export const GGUF_ALIGNMENT = 32;

const VALUE_TYPE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_TYPE: Record<WeightType, number> = { f32: 0, f16: 1, q8_0: 8 };
const Q8_0_BLOCK = { weights: 32, bytes: 34 };

/** A metadata value with its type on the wire. */
export type GgufValue =
  | { type: 'uint32' | 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'string[]'; value: string[] }
  | { type: 'int32[]'; value: number[] };

/** A tensor with its place in the file. */
export interface PlacedTensor extends TensorShape {
  type: WeightType;
  /** From the start of the tensor data. */
  offsetBytes: number;
  sizeBytes: number;
}

/** `bytes` rounded up to the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / GGUF_ALIGNMENT) * GGUF_ALIGNMENT;
}

/** Tensors one after the other; vectors (the norms) are f32 whatever the weight type. */
export function placeTensors(tensors: TensorShape[], weightType: WeightType): PlacedTensor[] {
  let offsetBytes = 0;
  return tensors.map((tensor) => {
    const type = tensor.dims.length === 1 ? 'f32' : weightType;
    const sizeBytes = tensorBytes(tensor, type);
    const placed = { ...tensor, type, offsetBytes, sizeBytes };
    offsetBytes += aligned(sizeBytes);
    return placed;
  });
}

function tensorBytes(tensor: TensorShape, type: WeightType): number {
  const weights = tensor.dims.reduce((product, dim) => product * dim, 1);
  if (type === 'f32') return weights * 4;
  if (type === 'f16') return weights * 2;
  return (weights / Q8_0_BLOCK.weights) * Q8_0_BLOCK.bytes;
}

/** The whole header, padded so that the tensor data can follow at once. */
export function encodeHeader(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly PlacedTensor[],
): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, value] of metadata) parts.push(string(key), encodeValue(value));
  for (const tensor of tensors) {
    parts.push(string(tensor.name), u32(tensor.dims.length), ...tensor.dims.map(u64));
    parts.push(u32(TENSOR_TYPE[tensor.type]), u64(tensor.offsetBytes));
  }
  const header = Buffer.concat(parts);
  return Buffer.concat([header, Buffer.alloc(aligned(header.length) - header.length)]);
}

function encodeValue(entry: GgufValue): Buffer {
  switch (entry.type) {
    case 'uint32':
      return Buffer.concat([u32(VALUE_TYPE.uint32), u32(entry.value)]);
    case 'float32':
      return Buffer.concat([u32(VALUE_TYPE.float32), f32(entry.value)]);
    case 'bool':
      return Buffer.concat([u32(VALUE_TYPE.bool), Buffer.from([entry.value ? 1 : 0])]);
    case 'string':
      return Buffer.concat([u32(VALUE_TYPE.string), string(entry.value)]);
    case 'string[]':
      return array(VALUE_TYPE.string, entry.value.map(string));
    case 'int32[]':
      return array(VALUE_TYPE.int32, entry.value.map(i32));
  }
}

function array(itemType: number, items: Buffer[]): Buffer {
  return Buffer.concat([u32(VALUE_TYPE.array), u32(itemType), u64(items.length), ...items]);
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

/** The bytes of a GGUF version 3 header. Little-endian throughout. */
import type { TensorShape, WeightType } from './model-shape.js';

/** Tensor data and each tensor in it start at multiples of this many bytes. */
export const GGUF_ALIGNMENT = 32;

const VALUE_TYPE = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
/** How a tensor can be stored: as the writer writes them, and as published files have them. */
export type TensorType = WeightType | 'q5_0' | 'q4_k' | 'q5_k' | 'q6_k';

/** Number on the wire, and the size of a block (ggml/src/ggml-common.h). */
const TENSOR_TYPE: Record<TensorType, { id: number; weights: number; bytes: number }> = {
  f32: { id: 0, weights: 1, bytes: 4 },
  f16: { id: 1, weights: 1, bytes: 2 },
  q5_0: { id: 6, weights: 32, bytes: 22 },
  q8_0: { id: 8, weights: 32, bytes: 34 },
  q4_k: { id: 12, weights: 256, bytes: 144 },
  q5_k: { id: 13, weights: 256, bytes: 176 },
  q6_k: { id: 14, weights: 256, bytes: 210 },
};

/** A metadata value with its type on the wire. */
export type GgufValue =
  | { type: 'uint32' | 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'string[]'; value: string[] }
  | { type: 'int32[]'; value: number[] };

/** A tensor with its place in the file. */
export interface PlacedTensor<T extends TensorType = WeightType> extends TensorShape {
  type: T;
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
  const typeOf = ({ dims }: TensorShape): WeightType => (dims.length === 1 ? 'f32' : weightType);
  return placeTypedTensors(tensors.map((tensor) => ({ ...tensor, type: typeOf(tensor) })));
}

/** Tensors one after the other, each in its own type. */
export function placeTypedTensors<T extends TensorType>(
  tensors: (TensorShape & { type: T })[],
): PlacedTensor<T>[] {
  let offsetBytes = 0;
  return tensors.map((tensor) => {
    const sizeBytes = tensorBytes(tensor);
    const placed = { ...tensor, offsetBytes, sizeBytes };
    offsetBytes += aligned(sizeBytes);
    return placed;
  });
}

function tensorBytes({ dims, type }: TensorShape & { type: TensorType }): number {
  const block = TENSOR_TYPE[type];
  return (dims.reduce((product, dim) => product * dim, 1) / block.weights) * block.bytes;
}

/** The whole header, padded so that the tensor data can follow at once. */
export function encodeHeader(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly PlacedTensor<TensorType>[],
): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, value] of metadata) parts.push(string(key), encodeValue(value));
  for (const tensor of tensors) {
    parts.push(string(tensor.name), u32(tensor.dims.length), ...tensor.dims.map(u64));
    parts.push(u32(TENSOR_TYPE[tensor.type].id), u64(tensor.offsetBytes));
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

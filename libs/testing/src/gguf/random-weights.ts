/** Seeded random tensor data in chunks of bounded size, so that a model of any size can stream. */
import type { PlacedTensor } from './gguf-encoding.js';

/** Rows written at once hold about this many bytes. */
const CHUNK_BYTES = 1 << 20;

/** 32 random bits per call; Marsaglia's xorshift, the same sequence for the same seed. */
export function xorshift32(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

/**
 * The bytes of one tensor. Norms are 1; weights are uniform around 0 with variance
 * 1 / fan-in, which keeps activations in scale through any number of layers. Rows listed in
 * `zeroRows` are 0: an output row of zeros is a token that greedy decoding practically never picks.
 */
export function* randomTensor(
  tensor: PlacedTensor,
  random: () => number,
  zeroRows: ReadonlySet<number>,
): Generator<Buffer> {
  const [width = 1, rows = 1] = tensor.dims;
  if (tensor.dims.length === 1) {
    yield Buffer.from(new Float32Array(width).fill(1).buffer);
    return;
  }
  const rowBytes = tensor.sizeBytes / rows;
  const rowsPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  for (let first = 0; first < rows; first += rowsPerChunk) {
    const count = Math.min(rowsPerChunk, rows - first);
    const chunk = Buffer.alloc(count * rowBytes);
    for (let row = 0; row < count; row++) {
      if (zeroRows.has(first + row)) continue;
      const bytes = chunk.subarray(row * rowBytes, (row + 1) * rowBytes);
      ROW_WRITERS[tensor.type](bytes, width, random);
    }
    yield chunk;
  }
}

/** Half the width of a uniform distribution with variance 1 / fan-in. */
function amplitude(fanIn: number): number {
  return Math.sqrt(3 / fanIn);
}

type RowWriter = (row: Buffer, width: number, random: () => number) => void;

const ROW_WRITERS: Record<PlacedTensor['type'], RowWriter> = {
  f32(row, width, random) {
    const scale = amplitude(width) / 2 ** 31;
    for (let i = 0; i < width; i++) row.writeFloatLE((random() | 0) * scale, i * 4);
  },
  f16(row, width, random) {
    // Sign and mantissa are random, the exponent is fixed: magnitudes lie within a factor of two.
    const exponent = Math.max(1, Math.round(Math.log2(amplitude(width) / 2)) + 15) << 10;
    for (let i = 0; i < width; i++) row.writeUInt16LE((random() & 0x83ff) | exponent, i * 2);
  },
  q8_0(row, width, random) {
    const scale = halfFloat(amplitude(width) / 127);
    for (let block = 0; block < width / 32; block++) {
      row.writeUInt16LE(scale, block * 34);
      for (let i = 2; i < 34; i += 4) {
        // -128 would lie outside the range that quantizers produce; setting a bit avoids it.
        row.writeUInt32LE((random() | 0x01010101) >>> 0, block * 34 + i);
      }
    }
  },
};

/** A positive normal number as IEEE half precision, rounded towards zero. */
function halfFloat(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  if (exponent < -14) return Math.floor(value * 2 ** 24);
  return ((exponent + 15) << 10) | Math.floor((value / 2 ** exponent - 1) * 1024);
}

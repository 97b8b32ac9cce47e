/**
 * The pre-check of a model file: a pure reader of a GGUF header that believes nothing. llama.cpp
 * trusts much of what a header says, so no file reaches it that has not passed here: counts and
 * lengths are bounded, types are known, and every tensor lies inside the file.
 *
 * Format: the GGUF specification in ggml's docs, versions 2 and 3, little-endian.
 */
import { ByteCursor } from './byte-cursor.js';
import { GGML_TYPES } from './ggml-types.js';
import { ModelRefusal } from './model-refusal.js';
import { readValue, type GgufValue } from './gguf-values.js';

export interface GgufTensor {
  name: string;
  /** Elements per dimension, 1 to 4 of them, innermost first. */
  dimensions: number[];
  elements: number;
  typeName: string;
  bytes: number;
  /** From the start of the data section. */
  offset: number;
}

export interface GgufHeader {
  version: number;
  metadata: Map<string, GgufValue>;
  tensors: GgufTensor[];
  /** Where the tensors' data begins. */
  dataOffset: number;
}

const MAGIC = 'GGUF';
const MOST_KEYS = 65_536;
const MOST_TENSORS = 65_536;
const MOST_DIMENSIONS = 4;
const LONGEST_NAME_BYTES = 4_096;
const DEFAULT_ALIGNMENT = 32;
const LARGEST_ALIGNMENT = 65_536;

/**
 * The header at the start of `bytes`. Throws {@link ModelRefusal} with the reason when the file
 * cannot be a sound model, and HeaderIncomplete when `bytes` end before the header does. Takes time
 * proportional to the header's length, whatever it says.
 */
export function readGgufHeader(bytes: Uint8Array, fileBytes: number): GgufHeader {
  const cursor = new ByteCursor(bytes, fileBytes);
  const version = readPreamble(cursor, bytes, fileBytes);
  const tensorCount = bounded(cursor.count('the number of tensors'), 'tensors', MOST_TENSORS);
  const keyCount = bounded(cursor.count('the number of keys'), 'metadata keys', MOST_KEYS);
  if (tensorCount === 0) throw new ModelRefusal('holds no tensors: a vocabulary alone is no model');
  const metadata = readMetadata(cursor, keyCount);
  const tensors = Array.from({ length: tensorCount }, () => readTensor(cursor));
  const alignment = alignmentOf(metadata);
  const dataOffset = Math.ceil(cursor.offset / alignment) * alignment;
  checkPlacement(tensors, { dataOffset, alignment, fileBytes });
  return { version, metadata, tensors, dataOffset };
}

function readPreamble(cursor: ByteCursor, bytes: Uint8Array, fileBytes: number): number {
  if (fileBytes === 0) throw new ModelRefusal('not a GGUF file: it is empty');
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  if (start !== MAGIC) {
    throw new ModelRefusal(`not a GGUF file: starts with ${printable(start)} instead of GGUF`);
  }
  if (fileBytes < 24) throw new ModelRefusal(`truncated: the file has only ${fileBytes} bytes`);
  cursor.skip(4, 'the magic');
  const version = cursor.u32();
  if (version === 2 || version === 3) return version;
  if (version === 0x02_00_00_00 || version === 0x03_00_00_00) {
    throw new ModelRefusal('a big-endian GGUF file, which this machine cannot use');
  }
  throw new ModelRefusal(`GGUF version ${version}, but only 2 and 3 are supported`);
}

function readMetadata(cursor: ByteCursor, keyCount: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let at = 0; at < keyCount; at += 1) {
    const key = cursor.string(`key ${at}`, LONGEST_NAME_BYTES);
    const shown = printable(key.slice(0, 80));
    if (metadata.has(key)) throw new ModelRefusal(`damaged: the key ${shown} is there twice`);
    metadata.set(key, readValue(cursor, shown));
  }
  return metadata;
}

function readTensor(cursor: ByteCursor): GgufTensor {
  const name = printable(cursor.string('a tensor name', LONGEST_NAME_BYTES).slice(0, 80));
  const dimensionCount = cursor.u32();
  if (dimensionCount < 1 || dimensionCount > MOST_DIMENSIONS) {
    throw new ModelRefusal(`damaged: tensor ${name} has ${dimensionCount} dimensions`);
  }
  const dimensions = Array.from({ length: dimensionCount }, () =>
    cursor.count(`a side of ${name}`),
  );
  const elements = dimensions.reduce((product, side) => product * side, 1);
  if (elements < 1 || !Number.isSafeInteger(elements)) {
    throw new ModelRefusal(`damaged: tensor ${name} would have ${dimensions.join(' x ')} elements`);
  }
  const typeId = cursor.u32();
  const type = GGML_TYPES.get(typeId);
  if (type === undefined) throw new ModelRefusal(`tensor ${name} is of unknown type ${typeId}`);
  const rowElements = dimensions[0] ?? 0;
  if (rowElements % type.blockElements !== 0) {
    throw new ModelRefusal(
      `damaged: rows of tensor ${name} have ${rowElements} elements, ` +
        `but ${type.name} comes in blocks of ${type.blockElements}`,
    );
  }
  const bytes = (elements / type.blockElements) * type.blockBytes;
  const offset = cursor.count(`the offset of ${name}`);
  return { name, dimensions, elements, typeName: type.name, bytes, offset };
}

function alignmentOf(metadata: Map<string, GgufValue>): number {
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  const isPowerOfTwo =
    typeof alignment === 'number' && Number.isInteger(Math.log2(alignment)) && alignment >= 1;
  if (!isPowerOfTwo || alignment > LARGEST_ALIGNMENT) {
    const shown = typeof alignment === 'object' ? 'a list' : printable(String(alignment));
    throw new ModelRefusal(`damaged: general.alignment is ${shown.slice(0, 80)}`);
  }
  return alignment;
}

function checkPlacement(
  tensors: GgufTensor[],
  {
    dataOffset,
    alignment,
    fileBytes,
  }: { dataOffset: number; alignment: number; fileBytes: number },
): void {
  const names = new Set<string>();
  for (const { name, offset, bytes } of tensors) {
    if (names.has(name)) throw new ModelRefusal(`damaged: tensor ${name} is there twice`);
    names.add(name);
    if (offset % alignment !== 0) {
      throw new ModelRefusal(`damaged: tensor ${name} is not aligned to ${alignment} bytes`);
    }
    const end = dataOffset + offset + bytes;
    if (end > fileBytes) {
      throw new ModelRefusal(
        `truncated: tensor ${name} ends at byte ${end} but the file has ${fileBytes}`,
      );
    }
  }
}

function bounded(count: number, what: string, most: number): number {
  if (count <= most) return count;
  throw new ModelRefusal(`damaged: it claims ${count} ${what}, more than ${most}`);
}

/** Text of a file for people to read: nothing in it can act on a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (char) => {
    return `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
  });
}

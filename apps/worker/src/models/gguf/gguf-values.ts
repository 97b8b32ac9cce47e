/** The metadata values of a GGUF header: typed, and nested at most as deep as the format is used. */
import type { ByteCursor } from './byte-cursor.js';
import { ModelRefusal } from './model-refusal.js';

/** Arrays are passed over: nothing here needs a vocabulary. */
export type GgufValue = number | boolean | string | { arrayLength: number };

const STRING = 8;
const ARRAY = 9;
const DEEPEST_ARRAY = 2;
const LONGEST_ARRAY = 16_777_216;

/** Bytes of each type of fixed size. */
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);

export function readValue(cursor: ByteCursor, key: string): GgufValue {
  const type = cursor.u32();
  switch (type) {
    case 0:
      return cursor.unsigned(1);
    case 1:
      return cursor.signed(1);
    case 2:
      return cursor.unsigned(2);
    case 3:
      return cursor.signed(2);
    case 4:
      return cursor.unsigned(4);
    case 5:
      return cursor.signed(4);
    case 6:
      return cursor.f32();
    case 7:
      return cursor.unsigned(1) !== 0;
    case STRING:
      return cursor.string(`the value of ${key}`);
    case ARRAY:
      return { arrayLength: skipArray(cursor, key, 1) };
    case 10:
      return cursor.u64();
    case 11:
      return cursor.i64();
    case 12:
      return cursor.f64();
    default:
      throw new ModelRefusal(`damaged: ${key} has a value of unknown type ${type}`);
  }
}

function skipArray(cursor: ByteCursor, key: string, depth: number): number {
  if (depth > DEEPEST_ARRAY) throw new ModelRefusal(`damaged: ${key} nests arrays too deep`);
  const type = cursor.u32();
  const length = cursor.count(`the length of ${key}`);
  if (length > LONGEST_ARRAY) {
    throw new ModelRefusal(`damaged: ${key} has ${length} elements, more than ${LONGEST_ARRAY}`);
  }
  const elementBytes = FIXED_BYTES.get(type);
  if (elementBytes !== undefined) {
    cursor.skip(length * elementBytes, key);
    return length;
  }
  if (type !== STRING && type !== ARRAY) {
    throw new ModelRefusal(`damaged: ${key} has elements of unknown type ${type}`);
  }
  for (let index = 0; index < length; index += 1) {
    if (type === STRING) cursor.skipString(`element ${index} of ${key}`);
    else skipArray(cursor, key, depth + 1);
  }
  return length;
}

/**
 * Reads little-endian numbers and strings off a header, every length checked before it is used.
 * Throws {@link HeaderIncomplete} at the end of the bytes and {@link ModelRefusal} for a value that
 * no honest file has.
 */
import { ModelRefusal, HeaderIncomplete } from './model-refusal.js';

const LONGEST_STRING_BYTES = 16 * 2 ** 20;

export class ByteCursor {
  offset = 0;
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8');

  constructor(
    private readonly bytes: Uint8Array,
    /** Bytes of the whole file: what a length in the header can be at most. */
    private readonly fileBytes: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** An unsigned 64-bit number that has to be a count or an offset in this file. */
  count(what: string): number {
    const value = this.view.getBigUint64(this.take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new ModelRefusal(`damaged: ${what} is ${value}, which no file can hold`);
    }
    return Number(value);
  }

  f32(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  i64(): number {
    return Number(this.view.getBigInt64(this.take(8), true));
  }

  u64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  signed(bytes: 1 | 2 | 4): number {
    const at = this.take(bytes);
    if (bytes === 1) return this.view.getInt8(at);
    return bytes === 2 ? this.view.getInt16(at, true) : this.view.getInt32(at, true);
  }

  unsigned(bytes: 1 | 2 | 4): number {
    const at = this.take(bytes);
    if (bytes === 1) return this.view.getUint8(at);
    return bytes === 2 ? this.view.getUint16(at, true) : this.view.getUint32(at, true);
  }

  string(what: string, longestBytes = LONGEST_STRING_BYTES): string {
    const length = this.stringLength(what, longestBytes);
    return this.decoder.decode(this.bytes.subarray(this.take(length), this.offset));
  }

  skipString(what: string): void {
    this.take(this.stringLength(what, LONGEST_STRING_BYTES));
  }

  /** Passes over `bytes` bytes that the file must have. */
  skip(bytes: number, what: string): void {
    this.mustFit(bytes, what);
    this.take(bytes);
  }

  private stringLength(what: string, longestBytes: number): number {
    const length = this.count(`the length of ${what}`);
    if (length > longestBytes) {
      throw new ModelRefusal(`damaged: ${what} is ${length} bytes long, more than ${longestBytes}`);
    }
    this.mustFit(length, what);
    return length;
  }

  private mustFit(bytes: number, what: string): void {
    if (this.offset + bytes <= this.fileBytes) return;
    throw new ModelRefusal(
      `truncated: ${what} ends at byte ${this.offset + bytes} but the file has ${this.fileBytes}`,
    );
  }

  private take(bytes: number): number {
    const at = this.offset;
    if (at + bytes > this.bytes.length) throw new HeaderIncomplete();
    this.offset = at + bytes;
    return at;
  }
}

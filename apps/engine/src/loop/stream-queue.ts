/** Streams that wait for a slot, first come first served. */
import type { TokenStream } from '../generation/token-stream.js';

export class StreamQueue {
  private streams: TokenStream[] = [];

  get length(): number {
    return this.streams.length;
  }

  /** In the order in which they came. A stream may be taken out meanwhile. */
  [Symbol.iterator](): Iterator<TokenStream> {
    return [...this.streams].values();
  }

  push(stream: TokenStream): void {
    this.streams.push(stream);
  }

  /** It has a slot. No effect on one that is not here. */
  remove(stream: TokenStream): void {
    this.streams = this.streams.filter((one) => one !== stream);
  }

  find(key: string): TokenStream | undefined {
    return this.streams.find((stream) => stream.key === key);
  }

  /** Takes out, and gives, those that are not to be waited for: cancelled, or their time is over. */
  takeHopeless(nowMs: number): { cancelled: TokenStream[]; late: TokenStream[] } {
    const cancelled = this.streams.filter((stream) => stream.cancelRequested);
    const late = this.streams.filter(
      (stream) =>
        !stream.cancelRequested && stream.deadlineAtMs !== null && nowMs >= stream.deadlineAtMs,
    );
    if (cancelled.length + late.length > 0) {
      const gone = new Set([...cancelled, ...late]);
      this.streams = this.streams.filter((stream) => !gone.has(stream));
    }
    return { cancelled, late };
  }
}

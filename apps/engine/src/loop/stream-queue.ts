/** Streams that wait for a slot, first come first served. */
import type { TokenStream } from '../generation/token-stream.js';

export class StreamQueue {
  private streams: TokenStream[] = [];

  get length(): number {
    return this.streams.length;
  }

  /** The next to get a slot; undefined when nothing waits. */
  get first(): TokenStream | undefined {
    return this.streams[0];
  }

  push(stream: TokenStream): void {
    this.streams.push(stream);
  }

  shift(): void {
    this.streams.shift();
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

/**
 * Sends the news of each step as one message. While the supervisor does not keep up, further steps
 * are merged instead of queued as messages: what waits is bounded by the tokens themselves, and a
 * slow reader never slows the decode.
 */
import type { StreamStep } from '../generation/token-stream.js';

/** Messages on their way before steps are merged. */
const MAX_IN_FLIGHT = 32;

export class StepOutbox {
  private inFlight = 0;
  private waiting = new Map<string, StreamStep>();

  /** `send` hands a message over and calls back once it has left. */
  constructor(private readonly send: (streams: StreamStep[], onSent: () => void) => void) {}

  push(streams: StreamStep[]): void {
    if (this.inFlight < MAX_IN_FLIGHT && this.waiting.size === 0) {
      this.sendNow(streams);
      return;
    }
    for (const step of streams) this.merge(step);
  }

  private sendNow(streams: StreamStep[]): void {
    this.inFlight++;
    this.send(streams, () => {
      this.inFlight--;
      if (this.waiting.size === 0) return;
      const merged = [...this.waiting.values()];
      this.waiting = new Map();
      this.sendNow(merged);
    });
  }

  private merge(next: StreamStep): void {
    const held = this.waiting.get(next.key);
    if (!held) {
      this.waiting.set(next.key, next);
      return;
    }
    held.tokens.push(...next.tokens);
    held.text += next.text;
    if (next.logprobs) held.logprobs = [...(held.logprobs ?? []), ...next.logprobs];
    if (next.finish) held.finish = next.finish;
  }
}

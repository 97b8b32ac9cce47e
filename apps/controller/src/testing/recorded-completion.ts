/** A completion whose events are given beforehand, and which records whether it was cancelled. */
import type { ChoiceEvent, Completion } from '../gateway/core/completion.js';

export class RecordedCompletion implements Completion {
  readonly requestId = '1';
  readonly model = 'm';
  readonly createdAt = new Date(5_000);
  readonly limits = [];
  cancelled = false;
  readonly batches: AsyncIterable<ChoiceEvent[]>;
  constructor(
    batches: ChoiceEvent[][],
    readonly choices = 1,
  ) {
    this.batches = ReadableStream.from(batches);
  }
  usage() {
    return { promptTokens: 3, cachedTokens: 1, completionTokens: 2 };
  }
  cancel(): void {
    this.cancelled = true;
  }
}

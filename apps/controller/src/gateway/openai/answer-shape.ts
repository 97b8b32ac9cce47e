/**
 * What differs between chat completions and completions on the way out. Everything else (the
 * order of chunks, the end of a stream, failures half way) is the same and is in openai-dialect.ts.
 */
import type { TokenLogprob } from '@corral/contracts';
import type { Choice, FinishReason } from '../core/dialect.js';

export interface AnswerShape {
  /** `chat.completion` or `text_completion`; chunks may have a name of their own. */
  readonly object: string;
  readonly chunkObject: string;
  readonly idPrefix: string;
  /** The first chunk of a choice, before any text; null: there is none. */
  opening(choice: number): object | null;
  /** A chunk with text. */
  piece(choice: number, text: string, logprobs: readonly TokenLogprob[] | undefined): object;
  /** The chunk that ends a choice. */
  ending(choice: number, finishReason: FinishReason): object;
  /** A choice of the collected answer. */
  whole(index: number, choice: Choice): object;
}

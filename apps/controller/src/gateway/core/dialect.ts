/** What a public API has to say for itself; everything else about an answer is the core's. */
import type { Failure, TokenLogprob } from '@corral/contracts';
import type { ErrorDialect } from '../../common/error-dialect.pure.js';
import type { CompletionUsage } from '../settlement-of.pure.js';
import type { Completion } from './completion.js';

/** Why a choice ended. */
export type FinishReason = 'stop' | 'length';

/** A complete answer to one choice. */
export interface Choice {
  text: string;
  /** Of each token, in order; null: not asked for. */
  logprobs: TokenLogprob[] | null;
  finishReason: FinishReason;
}

/** What of a completion an answer repeats. */
export type AnswerHead = Pick<Completion, 'requestId' | 'model' | 'createdAt' | 'choices'>;

/** Writes one stream. Each method returns the text to send, which may be empty. */
export interface Encoder {
  /** Before anything else. */
  opening(): string;
  part(choice: number, text: string, logprobs: readonly TokenLogprob[] | undefined): string;
  /** The choice has ended; others may go on. */
  finished(choice: number, reason: FinishReason): string;
  /** The answer ends here, incomplete. Nothing follows. */
  failed(failure: Failure): string;
  /** Nothing is there to send; the request waits for `what`. Keeps proxies and clients waiting. */
  waiting(what: string): string;
  /** After the last choice has ended. */
  closing(usage: CompletionUsage): string;
}

/** How one request is answered. A dialect translates and decides nothing. */
export interface Dialect {
  readonly errors: ErrorDialect;
  /** The media type of a stream. */
  readonly streamType: string;
  encoder(head: AnswerHead): Encoder;
  /** The body of an answer that is not streamed. */
  whole(head: AnswerHead, choices: readonly Choice[], usage: CompletionUsage): object;
}

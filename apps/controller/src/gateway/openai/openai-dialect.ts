/**
 * Answers as OpenAI's API gives them: one JSON body, or chunks as server-sent events. A stream that
 * failed half way ends with `data: {"error": …}` and without `[DONE]`, which is how clients tell a
 * broken answer from a complete one.
 */
import type { Failure, TokenLogprob } from '@corral/contracts';
import type { AnswerHead, Dialect, Encoder, FinishReason } from '../core/dialect.js';
import type { CompletionUsage } from '../settlement-of.pure.js';
import type { AnswerShape } from './answer-shape.js';
import { openAiErrorBody, openAiErrors } from './errors.pure.js';
import { usageView } from './usage-view.js';

/**
 * @param shape what the endpoint's answers look like
 * @param includeUsage a stream's last chunk tells the usage
 */
export function openAiDialect(shape: AnswerShape, includeUsage: boolean): Dialect {
  return {
    errors: openAiErrors,
    streamType: 'text/event-stream; charset=utf-8',
    encoder: (head) => new ChunkEncoder(head, shape, includeUsage),
    whole: (head, choices, usage) => ({
      id: shape.idPrefix + head.requestId,
      object: shape.object,
      created: secondsOf(head.createdAt),
      model: head.model,
      choices: choices.map((choice, index) => shape.whole(index, choice)),
      usage: usageView(usage),
    }),
  };
}

class ChunkEncoder implements Encoder {
  /** The same for every chunk, so it is put into JSON once. */
  private readonly beginning: string;

  constructor(
    private readonly head: AnswerHead,
    private readonly shape: AnswerShape,
    private readonly includeUsage: boolean,
  ) {
    const common = JSON.stringify({
      id: shape.idPrefix + head.requestId,
      object: shape.chunkObject,
      created: secondsOf(head.createdAt),
      model: head.model,
    });
    this.beginning = `data: ${common.slice(0, -1)},"choices":`;
  }

  opening(): string {
    let text = '';
    for (let choice = 0; choice < this.head.choices; choice += 1) {
      const chunk = this.shape.opening(choice);
      if (chunk !== null) text += this.chunk(chunk);
    }
    return text;
  }

  part(choice: number, text: string, logprobs: readonly TokenLogprob[] | undefined): string {
    return this.chunk(this.shape.piece(choice, text, logprobs));
  }

  finished(choice: number, reason: FinishReason): string {
    return this.chunk(this.shape.ending(choice, reason));
  }

  failed(failure: Failure): string {
    return `data: ${JSON.stringify(openAiErrorBody(failure))}\n\n`;
  }

  /** A comment line: it means nothing to clients. */
  waiting(what: string): string {
    return `: waiting, ${what.replaceAll(/[\r\n]/g, ' ')}\n\n`;
  }

  closing(usage: CompletionUsage): string {
    const last = this.includeUsage
      ? `${this.beginning}[],"usage":${JSON.stringify(usageView(usage))}}\n\n`
      : '';
    return `${last}data: [DONE]\n\n`;
  }

  private chunk(choice: object): string {
    // With include_usage every chunk has the field, and all but the last say null.
    const usage = this.includeUsage ? ',"usage":null' : '';
    return `${this.beginning}[${JSON.stringify(choice)}]${usage}}\n\n`;
  }
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

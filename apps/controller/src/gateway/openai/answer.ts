/**
 * A completion under way as an OpenAI answer: one JSON body, or server-sent events.
 *
 * A failure before anything was sent is thrown, so that it becomes a status; after that it goes
 * into the stream as `data: {"error": …}`, and no `[DONE]` follows, which is how clients tell a
 * broken answer from a complete one.
 */
import type { Failure, TokenLogprob } from '@corral/contracts';
import { FailureException } from '../../common/failure.exception.js';
import type { ChoiceEvent, Completion } from '../request-run.js';
import type { AnswerShape, Choice, FinishReason } from './dialect.js';
import { openAiErrorBody } from './error-body.js';
import { usageView } from './usage-view.js';

type AnswerEvent = Extract<ChoiceEvent, { choice: number }>['event'];

/** Resolves to the body. Throws {@link FailureException} when any choice fails. */
export async function collectAnswer(
  completion: Completion,
  shape: AnswerShape,
  id: string,
): Promise<object> {
  const choices = Array.from({ length: completion.choices }, () => new CollectedChoice());
  for await (const batch of completion.batches) {
    for (const item of batch) {
      if ('waiting' in item) continue;
      if (item.event.type === 'failed') throw failed(completion, item.event);
      choices[item.choice]?.take(item.event);
    }
  }
  return {
    id: shape.idPrefix + id,
    object: shape.object,
    created: secondsOf(completion.createdAt),
    model: completion.model,
    choices: choices.map((choice, index) => shape.whole(index, choice.finished())),
    usage: usageView(completion.usage()),
  };
}

/**
 * Resolves, once there is something to send, to the events' text, in pieces as they come. Throws
 * {@link FailureException} when the request fails before that.
 */
export async function streamAnswer(
  completion: Completion,
  shape: AnswerShape,
  id: string,
  includeUsage: boolean,
): Promise<AsyncIterable<string>> {
  const batches = completion.batches[Symbol.asyncIterator]();
  const first = await batches.next();
  if (first.done === true) throw new FailureException(endedEarly());
  for (const item of first.value) {
    if ('event' in item && item.event.type === 'failed') throw failed(completion, item.event);
  }
  return encode(
    completion,
    new ChunkEncoder(completion, shape, id, includeUsage),
    first.value,
    batches,
  );
}

async function* encode(
  completion: Completion,
  encoder: ChunkEncoder,
  first: ChoiceEvent[],
  rest: AsyncIterator<ChoiceEvent[]>,
): AsyncIterable<string> {
  try {
    yield encoder.opening() + encoder.batch(first);
    while (!encoder.failed) {
      const next = await rest.next();
      if (next.done === true) break;
      yield encoder.batch(next.value);
    }
    if (!encoder.failed) yield encoder.closing();
  } finally {
    completion.cancel();
  }
}

class ChunkEncoder {
  failed = false;
  private readonly head: string;

  constructor(
    private readonly completion: Completion,
    private readonly shape: AnswerShape,
    id: string,
    private readonly includeUsage: boolean,
  ) {
    // The same for every chunk, so it is put into JSON once.
    const common = JSON.stringify({
      id: shape.idPrefix + id,
      object: shape.chunkObject,
      created: secondsOf(completion.createdAt),
      model: completion.model,
    });
    this.head = `data: ${common.slice(0, -1)},"choices":`;
  }

  opening(): string {
    let text = '';
    for (let choice = 0; choice < this.completion.choices; choice += 1) {
      const chunk = this.shape.opening(choice);
      if (chunk !== null) text += this.chunk(chunk);
    }
    return text;
  }

  batch(batch: readonly ChoiceEvent[]): string {
    let text = '';
    for (const item of batch) {
      if (this.failed) break;
      text +=
        'waiting' in item ? waitingComment(item.waiting) : this.event(item.choice, item.event);
    }
    return text;
  }

  closing(): string {
    const usage = this.includeUsage
      ? `${this.head}[],"usage":${JSON.stringify(usageView(this.completion.usage()))}}\n\n`
      : '';
    return `${usage}data: [DONE]\n\n`;
  }

  private event(choice: number, event: AnswerEvent): string {
    if (event.type === 'failed') {
      this.failed = true;
      return `data: ${JSON.stringify(openAiErrorBody(event.failure))}\n\n`;
    }
    if (event.type === 'text') {
      if (event.text === '' && event.logprobs === undefined) return '';
      return this.chunk(this.shape.piece(choice, event.text, event.logprobs));
    }
    return this.chunk(this.shape.ending(choice, finishReasonOf(event.reason)));
  }

  private chunk(choice: object): string {
    // With include_usage every chunk has the field, and all but the last say null.
    const usage = this.includeUsage ? ',"usage":null' : '';
    return `${this.head}[${JSON.stringify(choice)}]${usage}}\n\n`;
  }
}

class CollectedChoice {
  private readonly texts: string[] = [];
  private logprobs: TokenLogprob[] | null = null;
  private finishReason: FinishReason = 'stop';

  take(event: AnswerEvent): void {
    if (event.type === 'text') {
      this.texts.push(event.text);
      if (event.logprobs !== undefined) (this.logprobs ??= []).push(...event.logprobs);
    } else if (event.type === 'finished') {
      this.finishReason = finishReasonOf(event.reason);
    }
  }

  finished(): Choice {
    return {
      text: this.texts.join(''),
      logprobs: this.logprobs,
      finishReason: this.finishReason,
    };
  }
}

/** A comment line: it keeps proxies and clients from timing out, and means nothing to them. */
function waitingComment(what: string): string {
  return `: waiting, ${what.replaceAll(/[\r\n]/g, ' ')}\n\n`;
}

function finishReasonOf(reason: 'stop' | 'length' | 'cancelled'): FinishReason {
  return reason === 'length' ? 'length' : 'stop';
}

function failed(
  completion: Completion,
  { failure, retryAfterMs }: { failure: Failure; retryAfterMs: number | null },
): FailureException {
  completion.cancel();
  return new FailureException(failure, retryAfterMs);
}

function endedEarly(): Failure {
  return { code: 'internal_error', message: 'The request ended before it began.' };
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/**
 * A completion as a stream of text. A failure before anything was sent is thrown, so that it becomes
 * a status; after that the encoder tells it, and nothing follows.
 */
import type { Failure } from '@corral/contracts';
import { FailureException } from '../../common/failure-exception.pure.js';
import { finishReasonOf, givenUp } from './collect.js';
import type { ChoiceEvent, Completion } from './completion.js';
import type { Dialect, Encoder } from './dialect.js';

const ENDED_EARLY: Failure = {
  code: 'internal_error',
  message: 'The request ended before it began.',
};

/**
 * Resolves, once there is something to send, to the stream's text, in pieces as they come. Throws
 * {@link FailureException} when the request fails before that.
 */
export async function streamAnswer(
  completion: Completion,
  dialect: Dialect,
): Promise<AsyncIterable<string>> {
  const batches = completion.batches[Symbol.asyncIterator]();
  const first = await batches.next();
  if (first.done === true) throw new FailureException(ENDED_EARLY);
  for (const item of first.value) {
    if ('event' in item && item.event.type === 'failed') throw givenUp(completion, item.event);
  }
  return encode(completion, dialect.encoder(completion), first.value, batches);
}

async function* encode(
  completion: Completion,
  encoder: Encoder,
  first: ChoiceEvent[],
  rest: AsyncIterator<ChoiceEvent[]>,
): AsyncIterable<string> {
  try {
    let batch = encodeBatch(encoder, first);
    yield encoder.opening() + batch.text;
    while (!batch.failed) {
      const next = await rest.next();
      if (next.done === true) {
        yield encoder.closing(completion.usage());
        return;
      }
      batch = encodeBatch(encoder, next.value);
      yield batch.text;
    }
  } finally {
    completion.cancel();
  }
}

/** Up to the first failure. */
function encodeBatch(
  encoder: Encoder,
  batch: readonly ChoiceEvent[],
): { text: string; failed: boolean } {
  let text = '';
  for (const item of batch) {
    if ('waiting' in item) {
      text += encoder.waiting(item.waiting);
      continue;
    }
    const { choice, event } = item;
    if (event.type === 'failed') {
      return { text: text + encoder.failed(event.failure), failed: true };
    }
    if (event.type === 'finished') text += encoder.finished(choice, finishReasonOf(event.reason));
    else if (event.text !== '' || event.logprobs !== undefined) {
      text += encoder.part(choice, event.text, event.logprobs);
    }
  }
  return { text, failed: false };
}

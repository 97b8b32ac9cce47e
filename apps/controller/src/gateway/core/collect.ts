/** A completion as one body. */
import type { TokenLogprob } from '@corral/contracts';
import { FailureException } from '../../common/failure-exception.pure.js';
import type { ChoiceEvent, Completion } from './completion.js';
import type { Choice, Dialect, FinishReason } from './dialect.js';

type AnswerEvent = Extract<ChoiceEvent, { choice: number }>['event'];
type FailedEvent = Extract<AnswerEvent, { type: 'failed' }>;

/** Resolves to the body. Throws {@link FailureException} when any choice fails. */
export async function collectAnswer(completion: Completion, dialect: Dialect): Promise<object> {
  const choices = Array.from({ length: completion.choices }, () => new CollectedChoice());
  for await (const batch of completion.batches) {
    for (const item of batch) {
      if ('waiting' in item) continue;
      if (item.event.type === 'failed') throw givenUp(completion, item.event);
      choices[item.choice]?.add(item.event);
    }
  }
  return dialect.whole(
    completion,
    choices.map((choice) => choice.finished()),
    completion.usage(),
  );
}

/** The exception for a choice that failed; the others are stopped. */
export function givenUp(
  completion: Completion,
  { failure, retryAfterMs }: FailedEvent,
): FailureException {
  completion.cancel();
  return new FailureException(failure, retryAfterMs);
}

/** A cancelled choice ends as one that came to its end: nobody is left to be told otherwise. */
export function finishReasonOf(reason: 'stop' | 'length' | 'cancelled'): FinishReason {
  return reason === 'length' ? 'length' : 'stop';
}

class CollectedChoice {
  private readonly texts: string[] = [];
  private logprobs: TokenLogprob[] | null = null;
  private finishReason: FinishReason = 'stop';

  add(event: AnswerEvent): void {
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

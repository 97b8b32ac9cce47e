import type { TokenLogprob } from '@corral/contracts';
import type { AnswerShape } from '../openai/answer-shape.js';

/** Chat completions on the way out. */
export const chatShape: AnswerShape = {
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  idPrefix: 'chatcmpl-',
  opening: (index) => ({
    index,
    delta: { role: 'assistant', content: '' },
    logprobs: null,
    finish_reason: null,
  }),
  piece: (index, content, logprobs) => ({
    index,
    delta: { content },
    logprobs: logprobs === undefined ? null : logprobsView(logprobs),
    finish_reason: null,
  }),
  ending: (index, finishReason) => ({
    index,
    delta: {},
    logprobs: null,
    finish_reason: finishReason,
  }),
  whole: (index, { text, logprobs, finishReason }) => ({
    index,
    message: { role: 'assistant', content: text, refusal: null },
    logprobs: logprobs === null ? null : logprobsView(logprobs),
    finish_reason: finishReason,
  }),
};

function logprobsView(logprobs: readonly TokenLogprob[]): object {
  return {
    content: logprobs.map(({ text, logprob, top }) => ({
      token: text,
      logprob,
      bytes: bytesOf(text),
      top_logprobs: top.map((other) => ({
        token: other.text,
        logprob: other.logprob,
        bytes: bytesOf(other.text),
      })),
    })),
    refusal: null,
  };
}

function bytesOf(text: string): number[] {
  return [...Buffer.from(text)];
}
